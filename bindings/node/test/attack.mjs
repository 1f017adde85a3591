// Hostile values and calls, for both the Node addon and the module for browsers.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { test } from "node:test";

const videos = "POST /v3/videos";
const url = "https://api.heygen.com/v3/videos";
const assets = "https://api.heygen.com/v3/assets";
const good = { type: "avatar", avatar_id: "a1", voice_id: "v1", script: "Hello there." };
const fast = { ...good, voice_settings: { speed: 1.8 } };
const json = { "content-type": "application/json" };
const text = JSON.stringify(fast);
const fine = JSON.stringify(good);
const file = new Uint8Array(300_000).fill(0x89);

function withoutPlaces(findings) {
  for (const finding of findings) {
    finding.fix = null;
    for (const place of [finding, ...finding.related]) place.start = place.end = null;
  }
  return findings;
}

function* pieces(body, size = 7) {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

const stream = (body, size) => ReadableStream.from(pieces(body, size));

export function attack(heylint) {
  const { HeylintError, checkRequest, guardFetch } = heylint;
  /** Checks that a value gives the findings of its JSON text. */
  const sameAsText = (value) => {
    const { findings } = checkRequest(videos, value);
    assert.deepEqual(findings, withoutPlaces(checkRequest(videos, JSON.stringify(value)).findings));
    return findings;
  };

  test("a value gives the findings of its JSON text", () => {
    class Body {
      #hidden = 1;
      constructor() {
        Object.assign(this, fast);
      }
      get script_of_class() {
        return this.#hidden;
      }
    }
    const sparse = [];
    sparse[3] = good;
    const inherited = Object.create(fast);
    const nothing = Object.assign(Object.create(null), fast);
    const values = [
      new Body(), sparse, inherited, nothing, new Map([["type", "avatar"]]), new Set([1]), new Proxy(fast, {}), [fast, good],
      { ...good, title: new Date(0) }, { ...good, title: undefined, script: () => 1, [Symbol("a")]: 1 }, { ...good, title: NaN },
      { ...good, title: Infinity, caption: -0, tags: [undefined, Symbol("a"), () => 1] }, { toJSON: () => fast },
      { ...good, voice_settings: { speed: new Number(1.8) }, title: new String("a"), flag: new Boolean(false) }, null, 7, true,
      { ...good, script: "half a pair \ud83c" }, { ...good, title: new Uint8Array([1, 2]) }, { ...good, __proto__: { script: "" } },
      JSON.parse('{"__proto__": {"type": "avatar"}, "constructor": 1, "toString": null}'), { ...good, script: "é".repeat(3_000_000) },
    ];
    for (const value of values) sameAsText(value);
    assert.equal(sameAsText(new Body())[0].observed, 1.8);
  });

  test("errors raised by a value are passed on", () => {
    const cyclic = { ...good };
    cyclic.voice_settings = cyclic;
    let deep = [];
    for (let at = 0; at < 100_000; at += 1) deep = [deep];
    const getter = { get script() { throw new RangeError("mine"); } };
    const proxy = new Proxy({}, { ownKeys: () => { throw new RangeError("mine"); } });
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    assert.throws(() => checkRequest(videos, cyclic), /circular/i);
    assert.throws(() => checkRequest(videos, deep), RangeError);
    assert.throws(() => checkRequest(videos, { seed: 10n }), /BigInt/);
    for (const value of [getter, proxy, { toJSON: getter.__lookupGetter__("script") }]) assert.throws(() => checkRequest(videos, value), /mine/);
    assert.throws(() => checkRequest(videos, revoked.proxy), /revoked/);
    for (const value of [undefined, () => 1, Symbol("a"), { toJSON: () => undefined }]) {
      assert.throws(() => checkRequest(videos, value), /a request is an object, an array or JSON text, not /);
    }
    assert.throws(() => checkRequest(5, good), /endpoint: .*expected a string/);
    assert.throws(() => checkRequest(videos, good, { ready: "no" }), /ready: .*boolean/);
    assert.throws(() => checkRequest(videos, good, "ready"), /option/);
  });

  test("bytes and texts of every kind are checked", () => {
    const bytes = new TextEncoder().encode(`  ${text}`);
    for (const body of [text, bytes, bytes.subarray(2), bytes.buffer, new DataView(bytes.buffer), new Int8Array(bytes.buffer)]) {
      assert.equal(checkRequest(videos, body).findings[0].observed, 1.8);
    }
    for (const [open, close] of [["[", "]"], ['{"a":', "}"]]) {
      const body = open.repeat(100_000) + "1" + close.repeat(100_000);
      assert.ok(checkRequest(videos, body).fails);
      assert.ok(checkRequest(videos, open.repeat(100_000)).fails);
    }
    for (const body of ["", "\0", "\ufeff{}", "{", "\ud800", '"\\ud800"', "1e400", "-", '{"a":1,"a":2}', new Uint8Array([0xff, 0xfe])]) {
      checkRequest(videos, body);
    }
  });

  const refused = (called, pattern = /speed is 1\.8/) =>
    assert.rejects(called, (error) => error instanceof HeylintError && pattern.test(error.message));
  /** A guarded fetch that records what it would send. */
  const noting = () => {
    const sent = [];
    const fetch = guardFetch(async (input, init) => {
      const request = new Request(input, init);
      sent.push([request.url, [...request.headers], await request.text()]);
      return new Response("{}");
    });
    return { fetch, sent };
  };

  test("an address is recognised however it is written", async () => {
    const { fetch, sent } = noting();
    const call = (address) => fetch(address, { method: "POST", headers: json, body: text });
    const addresses = [
      "https://API.HeyGen.com/v3/videos", "HTTPS://api.heygen.com/v3/videos", " https://api.heygen.com/v3/videos\n",
      "https://api.heygen.com:443/v3/videos", "https://api.heygen.com./v3/videos", "https:/api.heygen.com/v3/videos",
      "https:\\\\api.heygen.com\\v3\\videos", "https://api。heygen。com/v3/videos", "https://ａｐｉ.heygen.com/v3/videos",
      "https://api%2eheygen.com/v3/videos", "https://api.heygen.com/v2/../v3/./videos", "ht\ttps://api.heygen.com/v3/videos",
      "https://api.heygen.com:8443/v3/videos#a", new URL(url), new Request(url), { toString: () => url },
    ];
    for (const address of addresses) await refused(call(address));
    await refused(call("https://me:secret@api.heygen.com/v3/videos"), /^POST https:\/\/api\.heygen\.com\/v3\/videos: /);
    assert.deepEqual(sent, []);
    const others = [
      "https://api.heygen.com.example/v3/videos", "https://xapi.heygen.com/v3/videos", "https://example.com/#@api.heygen.com/v3/videos",
      "https://example.com/?u=https://api.heygen.com/v3/videos", "https://example.com/https://api.heygen.com/v3/videos",
    ];
    for (const address of others) await call(address);
    assert.equal(sent.length, others.length);
    await assert.rejects(call("/v3/videos"), /URL/);
  });

  test("a faulty body is refused in every form", async () => {
    const { fetch, sent } = noting();
    const forms = [
      { body: text }, { body: text, headers: json }, { body: text, headers: new Headers(json) }, { body: text, headers: Object.entries(json) },
      { body: text, headers: { "Content-Type": "Application/JSON; charset=utf-8" } }, { body: Buffer.from(text) },
      { body: new TextEncoder().encode(text).buffer }, { body: new DataView(new TextEncoder().encode(text).buffer) },
      { body: new Blob([text]) }, { body: new Blob(["  ", text], { type: "application/json" }) }, { body: new Blob([text]), headers: json },
      { body: stream(text), duplex: "half" }, { body: stream(text), headers: json, duplex: "half" },
      { body: stream(` \n${text}`, 1), duplex: "half" }, { body: new String(text) }, { body: { toString: () => text } },
      { body: text, method: "post" }, { body: text, signal: new AbortController().signal },
    ];
    for (const form of forms) await refused(fetch(url, { method: "POST", ...form }));
    for (const form of forms) await refused(fetch(new Request(url, { method: "POST", ...form, body: text })));
    await refused(fetch(new Request(url, { method: "POST", body: stream(text), duplex: "half" })));
    await refused(fetch(new Request(url, { method: "POST", body: fine }), { body: text }));
    await refused(fetch(new Request("https://example.com/", { method: "POST", body: text }), { method: "POST" }).then(() => fetch(url, { method: "POST", body: text })));
    await refused(fetch(url, { method: "POST", headers: json, body: `\ufeff${text}` }), /byte order mark|speed/);
    await refused(fetch(url, { method: "POST", body: { a: 1 } }), /request\.json:1:/);
    const parts = new FormData();
    parts.set("type", "avatar");
    const encoded = { "content-type": "application/x-www-form-urlencoded" };
    for (const form of [{ body: parts }, { body: new URLSearchParams({ a: "b" }) }, { body: fine, headers: encoded }]) {
      await refused(fetch(url, { method: "POST", ...form }), /the body is sent as .*form/);
      await refused(fetch(new Request(url, { method: "POST", ...form })), /the body is sent as .*form/);
    }
    assert.equal(sent.filter(([address]) => address === url).length, 0);
  });

  test("a valid body is sent unchanged in every form", async () => {
    const { fetch, sent } = noting();
    const form = new FormData();
    form.set("file", new Blob([file]), "a.png");
    const forms = () => [
      [url, { body: fine }], [url, { body: fine, headers: json }], [url, { body: Buffer.from(fine) }], [url, { body: new Blob([fine]) }],
      [url, { body: stream(fine), duplex: "half" }], [url, { body: stream(fine), headers: json, duplex: "half" }],
      [assets, { body: file }], [assets, { body: new Blob([file]) }], [assets, { body: stream(file, 10_000), duplex: "half" }],
      [assets, { body: new Blob([file], { type: "image/png" }) }], [assets, { body: new URLSearchParams({ a: "b" }) }],
      [assets, { body: stream(file, 10_000), duplex: "half", headers: { "content-type": "image/png" } }],
    ].filter(([address, { body, headers }]) => address === url || !(body instanceof Uint8Array) || headers);
    const expected = [];
    for (const [address, init] of forms()) {
      const request = new Request(address, { method: "POST", ...init });
      expected.push([request.url, [...request.headers], await request.text()]);
    }
    for (const [address, init] of forms()) await fetch(address, { method: "POST", ...init });
    assert.deepEqual(sent, expected);
    await fetch("https://api.heygen.com/v3/assets", { method: "POST", body: form });
    assert.match(sent.at(-1)[1].find(([name]) => name === "content-type")[1], /^multipart\/form-data/);
    const request = new Request(url, { method: "POST", body: stream(fine), duplex: "half" });
    await fetch(request);
    assert.equal(sent.at(-1)[2], fine);
  });

  test("a stream that is not JSON is not read beyond its first chunk", async () => {
    let taken = 0;
    const endless = () => new ReadableStream({
      pull(controller) {
        taken += 1;
        controller.enqueue(new Uint8Array(1000));
      },
    }, { highWaterMark: 0 });
    const fetch = guardFetch(async () => new Response("{}"));
    await fetch(assets, { method: "POST", body: endless(), duplex: "half" });
    await fetch(assets, { method: "POST", body: endless(), duplex: "half", headers: { "content-type": "video/mp4" } });
    await fetch(new Request(assets, { method: "POST", body: endless(), duplex: "half" }));
    assert.ok(taken < 10, `${taken}`);
  });

  test("errors of fetch itself are passed on", async () => {
    const fetch = guardFetch();
    const used = new Request(url, { method: "POST", body: fine });
    await used.text();
    await assert.rejects(fetch(used), TypeError);
    await assert.rejects(fetch(url, { method: "POST", body: stream(fine) }), /duplex/);
    const locked = stream(fine);
    locked.getReader();
    await assert.rejects(fetch(url, { method: "POST", body: locked, duplex: "half" }), TypeError);
    const broken = ReadableStream.from((async function* () { yield new TextEncoder().encode("{"); throw new RangeError("mine"); })());
    await assert.rejects(fetch(url, { method: "POST", body: broken, duplex: "half" }), /mine/);
    await assert.rejects(fetch(url, { method: "POST", headers: { "a b": "c" }, body: fine }), TypeError);
    await assert.rejects(fetch(), TypeError);
    await assert.rejects(fetch(url, { method: "POST", body: Symbol("a") }), TypeError);
  });

  test("an aborted call stops the guard", async () => {
    const fetch = guardFetch();
    await assert.rejects(fetch(url, { method: "POST", body: fine, signal: AbortSignal.abort() }), { name: "AbortError" });
    const stop = new AbortController();
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) });
    const called = fetch(url, { method: "POST", body: endless, duplex: "half", signal: stop.signal });
    setTimeout(() => stop.abort(), 20);
    await assert.rejects(called, { name: "AbortError" });
  });

  test("a server receives the bytes that were passed", async () => {
    const seen = [];
    const server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      seen.push([request.headers["content-type"], request.headers["content-length"], Buffer.concat(chunks).length]);
      response.end("{}");
    });
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    const address = `http://127.0.0.1:${server.address().port}/`;
    // The guard sees a call to the API; the call then goes to the server.
    const fetch = guardFetch((input, init) => globalThis.fetch(typeof input === "string" ? address : new Request(address, input), init));
    try {
      await fetch(url, { method: "POST", body: fine });
      await fetch(url, { method: "POST", body: stream(fine), duplex: "half", headers: json });
      await fetch(new Request(url, { method: "POST", body: fine, headers: json }));
      await fetch(assets, { method: "POST", body: stream(file, 10_000), duplex: "half" });
      await refused(fetch(url, { method: "POST", body: stream(text), duplex: "half" }));
      const own = guardFetch();
      await own(address, { method: "POST", body: Readable.from([Buffer.from(text)]), duplex: "half" });
    } finally {
      server.closeAllConnections();
      server.close();
    }
    const n = String(fine.length);
    assert.deepEqual(seen, [
      ["text/plain;charset=UTF-8", n, fine.length], ["application/json", undefined, fine.length], ["application/json", seen[2][1], fine.length],
      [undefined, undefined, file.length], [undefined, undefined, text.length],
    ]);
    await refused(guardFetch()(url, { method: "POST", body: Readable.from([Buffer.from(text)]), duplex: "half" }));
  });

  test("many calls at once", async () => {
    const { fetch, sent } = noting();
    const calls = Array.from({ length: 100 }, (_, at) => fetch(url, { method: "POST", body: stream(at % 2 ? text : fine), duplex: "half" }));
    const ended = await Promise.allSettled(calls);
    assert.deepEqual(ended.map(({ status }) => status), calls.map((_, at) => (at % 2 ? "rejected" : "fulfilled")));
    assert.equal(sent.length, 50);
  });
}
