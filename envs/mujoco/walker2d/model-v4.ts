import { replaceOnce } from "../versions.js";
import { MODEL_XML } from "./model.generated.js";

/** v4's right foot has the friction of the rest of the body; the left one's is that of v5. */
export const MODEL_V4_XML = replaceOnce(
  MODEL_XML,
  `<geom name="foot_geom" class="foot" friction="1.9 0.1 0.1"/>`,
  `<geom name="foot_geom" class="foot" friction="0.9 0.1 0.1"/>`,
);
