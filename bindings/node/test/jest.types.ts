// The types of the matcher in jest. This file is compiled, not run.
import "heylint/jest";

expect({ type: "avatar" }).toBeValidRequest("POST /v3/videos", { ready: true });
// @ts-expect-error: an endpoint is a string
expect({ type: "avatar" }).toBeValidRequest(5);
