// The matcher in vitest, and its types.
import { expect, test } from "vitest";
import "heylint/vitest";

const body = { type: "avatar", avatar_id: "a1", voice_id: "v1", script: "Hello there." };
const faulty = { ...body, voice_settings: { speed: 1.8 } };

test("a valid request", () => {
  expect(body).toBeValidRequest("POST /v3/videos");
});

test("a faulty request", () => {
  expect(faulty).not.toBeValidRequest("POST /v3/videos");
  expect(faulty).toBeValidRequest("POST /v3/videos", { ignore: "request/out-of-range" });
  expect(() => expect(faulty).toBeValidRequest("POST /v3/videos")).toThrow("/voice_settings/speed: error[request/out-of-range]");
  // @ts-expect-error: there is no such option
  expect(() => expect(body).toBeValidRequest("POST /v3/videos", { redy: true })).toThrow("there is no option redy");
});
