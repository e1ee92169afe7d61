// The journey with version 3 of the SDK: node v3.mjs journey DIR, or node v3.mjs profile

import * as sdk from "@aws-sdk/client-lightsail";
import { main } from "./steps.mjs";
import { journeyWith } from "./v3_journey.mjs";

await main(
  journeyWith(sdk, (error, type) => error instanceof type && { class: error.name, code: error.code, message: error.message }),
);
