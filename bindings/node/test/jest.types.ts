// What TypeScript makes of the matcher in jest; nothing here runs.
import "heylint/jest";

expect({ type: "avatar" }).toBeValidRequest("POST /v3/videos", { ready: true });
// @ts-expect-error: an endpoint is a text
expect({ type: "avatar" }).toBeValidRequest(5);
