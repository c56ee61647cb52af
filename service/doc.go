// Package service runs zkPass services: front ends that take requests over HTTP,
// and workers that prove. [Serve] runs either everything in one process over one
// data directory, or a front end that holds no decryption key; [Work] runs a
// worker of such front ends. They meet at a NATS JetStream cluster.
//
// The parts are packages of their own: front is the HTTP API, apikey who may call
// it, job the queue and the outcomes, worker what proves, keyring the keys.
// docs/operations.md says how to run a service, docs/threat-model.md who must be
// trusted for what.
package service
