// The journey with an early version 3 of the SDK: node v3_early.mjs journey DIR
//
// It takes an error's class from the body's member code, with the real Lightsail, too: no error is an instance of its class.

import * as sdk from "early-client-lightsail";
import { main } from "./steps.mjs";
import { journeyWith } from "./v3_journey.mjs";

await main(
  journeyWith(
    sdk,
    (error) => error instanceof sdk.LightsailServiceException && { class: error.name, code: error.code, message: error.message },
  ),
);
