// Package codec reads and writes AWS JSON 1.1, the protocol of the Lightsail API, for the SDK's own Go types.
//
// [Decode] turns a request's body into an action's input and validates it against the API model; [Encode] writes
// outputs, and documents for the store, which [Unmarshal] reads back; [EncodeException] writes errors. The package knows shapes
// from the SDK's schemas and constraints from package model. It knows nothing of HTTP, and nothing of what an action means.
package codec
