// Makes npm packages from the archives that packaging/archive.sh wrote: node packaging/npm.mjs FOLDER ARCHIVE…
//
// One package a platform carries the program; `heylint` depends on all of them optionally, so that npm installs the one
// that fits, and starts it.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(here);
const manifest = readFileSync(join(top, "Cargo.toml"), "utf8");
const field = (name) => manifest.match(new RegExp(`^${name} = "(.*)"$`, "m"))[1];

// A static program runs with any C library; where both were built it is the one that is taken.
const PLATFORMS = {
  "linux-x64": ["x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu"],
  "linux-arm64": ["aarch64-unknown-linux-musl", "aarch64-unknown-linux-gnu"],
  "darwin-x64": ["x86_64-apple-darwin"],
  "darwin-arm64": ["aarch64-apple-darwin"],
  "win32-x64": ["x86_64-pc-windows-msvc"],
};

const common = {
  version: field("version"),
  license: field("license"),
  repository: { type: "git", url: `git+${field("repository")}.git` },
};
const name = (platform) => `@heylint/${platform}`;

const [folder, ...archives] = process.argv.slice(2);
if (!folder || archives.length === 0) {
  console.error("usage: node packaging/npm.mjs FOLDER ARCHIVE…");
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), "heylint-npm-"));
const pack = (from, to) => {
  mkdirSync(to, { recursive: true });
  const shell = process.platform === "win32";
  execFileSync("npm", ["pack", "--silent", "--pack-destination", resolve(to)], { cwd: from, shell, stdio: ["ignore", "inherit", "inherit"] });
};
const write = (to, text) => {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, typeof text === "string" ? text : `${JSON.stringify(text, null, 2)}\n`);
};

try {
  const built = new Map(archives.map((archive) => [basename(archive).replace(/^heylint-|\.tar\.gz$/g, ""), archive]));
  for (const [platform, targets] of Object.entries(PLATFORMS)) {
    const target = targets.find((target) => built.has(target));
    if (!target) continue;
    const [os, cpu] = platform.split("-");
    const program = os === "win32" ? "heylint.exe" : "heylint";
    const unpacked = join(work, target);
    mkdirSync(unpacked);
    execFileSync("tar", ["-xzf", resolve(built.get(target)), "-C", unpacked]);
    const package_ = join(work, platform);
    write(join(package_, "package.json"), {
      name: name(platform),
      description: `heylint for ${platform}`,
      ...common,
      os: [os],
      cpu: [cpu],
      files: [program, "THIRD-PARTY.md"],
    });
    write(join(package_, "README.md"), `# ${name(platform)}\n\nThe program of [heylint](${field("repository")}) for ${platform}.\n`);
    cpSync(join(unpacked, `heylint-${target}`, program), join(package_, program));
    chmodSync(join(package_, program), 0o755);
    cpSync(join(unpacked, `heylint-${target}`, "THIRD-PARTY.md"), join(package_, "THIRD-PARTY.md"));
    pack(package_, join(folder, "platforms"));
  }
  const main = join(work, "main");
  write(join(main, "package.json"), {
    name: "heylint",
    description: field("description"),
    keywords: JSON.parse(manifest.match(/^keywords = (\[.*\])$/m)[1]),
    ...common,
    bin: { heylint: "heylint.js" },
    files: ["heylint.js"],
    engines: { node: ">=16" },
    optionalDependencies: Object.fromEntries(Object.keys(PLATFORMS).map((platform) => [name(platform), common.version])),
  });
  for (const file of ["README.md", "LICENSE-MIT", "LICENSE-APACHE"]) cpSync(join(top, file), join(main, file));
  cpSync(join(here, "heylint.js"), join(main, "heylint.js"));
  pack(main, folder);
} finally {
  rmSync(work, { recursive: true, force: true });
}
