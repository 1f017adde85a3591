// Makes npm packages from the archives that packaging/archive.sh wrote: node packaging/npm.mjs FOLDER ARCHIVE…
// One package per platform contains the program and the addon. `heylint` has all of them as optional dependencies, so npm
// installs only the one that fits. `heylint` itself starts the program and contains the module of bindings/node.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(here);
const manifest = readFileSync(join(top, "Cargo.toml"), "utf8");
// The first match is the field that all packages of the workspace share.
const field = (name) => manifest.match(new RegExp(`^${name} = "(.*)"$`, "m"))[1];

// The addon loads only into a Node with the same C library, so Linux packages are built for glibc.
const PLATFORMS = {
  "linux-x64": "x86_64-unknown-linux-gnu",
  "linux-arm64": "aarch64-unknown-linux-gnu",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
  "win32-x64": "x86_64-pc-windows-msvc",
};

const common = {
  version: field("version"),
  license: field("license"),
  repository: { type: "git", url: `git+${field("repository")}.git` },
};
const MODULE = ["core.js", "index.js", "index.mjs", "index.d.ts", "vitest.mjs", "vitest.d.ts", "jest.js", "jest.d.ts"];
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
  for (const [platform, target] of Object.entries(PLATFORMS)) {
    if (!built.has(target)) continue;
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
      files: [program, "heylint.node", "THIRD-PARTY.md"],
    });
    write(join(package_, "README.md"), `# ${name(platform)}\n\nThe program of [heylint](${field("repository")}) for ${platform}.\n`);
    cpSync(join(unpacked, `heylint-${target}`, program), join(package_, program));
    chmodSync(join(package_, program), 0o755);
    cpSync(join(unpacked, `heylint-${target}`, "THIRD-PARTY.md"), join(package_, "THIRD-PARTY.md"));
    const addon = join(unpacked, `heylint-${target}`, "heylint.node");
    if (!existsSync(addon)) throw new Error(`${built.get(target)} has no heylint.node: build heylint-node first`);
    cpSync(addon, join(package_, "heylint.node"));
    pack(package_, join(folder, "platforms"));
  }
  const main = join(work, "main");
  write(join(main, "package.json"), {
    name: "heylint",
    description: field("description"),
    keywords: JSON.parse(manifest.match(/^keywords = (\[.*\])$/m)[1]),
    ...common,
    bin: { heylint: "heylint.js" },
    main: "index.js",
    types: "index.d.ts",
    exports: {
      ".": { types: "./index.d.ts", import: "./index.mjs", require: "./index.js" },
      "./vitest": { types: "./vitest.d.ts", default: "./vitest.mjs" },
      "./jest": { types: "./jest.d.ts", default: "./jest.js" },
      "./package.json": "./package.json",
    },
    files: ["heylint.js", ...MODULE],
    engines: { node: ">=20" },
    optionalDependencies: Object.fromEntries(Object.keys(PLATFORMS).map((platform) => [name(platform), common.version])),
  });
  for (const file of ["LICENSE-MIT", "LICENSE-APACHE"]) cpSync(join(top, file), join(main, file));
  for (const file of ["README.md", ...MODULE]) cpSync(join(top, "bindings/node", file), join(main, file));
  cpSync(join(here, "heylint.js"), join(main, "heylint.js"));
  pack(main, folder);
} finally {
  rmSync(work, { recursive: true, force: true });
}
