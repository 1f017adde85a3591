// The matcher in jest; test.sh lists `heylint/jest` in `setupFilesAfterEnv`.
const body = { type: "avatar", avatar_id: "a1", voice_id: "v1", script: "Hello there." };
const faulty = { ...body, voice_settings: { speed: 1.8 } };

test("a request", () => {
  expect(body).toBeValidRequest("POST /v3/videos");
  expect(faulty).not.toBeValidRequest("POST /v3/videos");
  expect(() => expect(faulty).toBeValidRequest("POST /v3/videos")).toThrow("/voice_settings/speed: error[request/out-of-range]");
});
