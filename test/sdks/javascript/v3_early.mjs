// The journey with an early version 3 of the SDK: node v3_early.mjs journey DIR
//
// It looks for an error's type in the body's member code before it looks at __type, with the real Lightsail too. So no error is an instance
// of its class.

import * as sdk from "early-client-lightsail";
import { main } from "./steps.mjs";
import { journeyWith } from "./v3_journey.mjs";

await main(
  journeyWith(
    sdk,
    (error) => error instanceof sdk.LightsailServiceException && { class: error.__type ?? error.name, code: error.code, message: error.message },
  ),
);
