// Package krisna is the shop of the demonstration, the verifier: customers with
// their own accounts, products with prices, and 10 % off for those who also have
// an account at ShopSphere.
//
// For a customer who is logged in it makes a request (DVR) about that customer's
// verified name and license number, keeps it, and sends the browser to the
// ShopSphere app with it. The proof comes back through the customer's browser. The
// shop checks it against its own copy of the request and gives the discount to the
// account that the request was made for, provided that the same customer is still
// the one logged in. It never sees an ID token.
//
// Accounts, requests and proofs are in a NATS JetStream key-value store in the
// shop's directory. Sessions are in memory.
package krisna
