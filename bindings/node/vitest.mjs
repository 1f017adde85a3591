// For `setupFiles` of vitest, or an import in a test.
import { expect } from "vitest";
import { matchers } from "./index.mjs";

expect.extend(matchers);
