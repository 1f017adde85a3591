// Adds the matcher to vitest; import it in a test or list it in `setupFiles`.
import { expect } from "vitest";
import { matchers } from "./index.mjs";

expect.extend(matchers);
