// The types as a CommonJS program sees them.
import heylint = require("heylint");

const facts: Record<string, unknown> = heylint.probe("a.mp4", { depth: "header" });
const remedy: string | null | undefined = heylint.checkFile("a.mp4", { use: "speech" }).findings[0]?.remedy?.command;
console.log(facts, remedy, heylint.explain("script/too-long").length);
