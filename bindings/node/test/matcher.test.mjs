import { expect, test } from "vitest";
import { matchers } from "heylint";

expect.extend(matchers);
const body = { type: "avatar", avatar_id: "a1", voice_id: "v1", script: "Hello there." };

test("a valid request", () => {
  expect(body).toBeValidRequest("POST /v3/videos");
});

test("a faulty request", () => {
  const faulty = { ...body, voice_settings: { speed: 1.8 } };
  expect(faulty).not.toBeValidRequest("POST /v3/videos");
  expect(() => expect(faulty).toBeValidRequest("POST /v3/videos")).toThrow("/voice_settings/speed: error[request/out-of-range]");
});
