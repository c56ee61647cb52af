// Package app is the ShopSphere app, the holder's software, as a web app made for
// a phone's screen.
//
// A partner shop sends the browser here with a request (DVR). The app checks who
// asks, has the customer log in at ShopSphere, shows in plain words what is asked
// and what the answer would tell, and asks for consent. Then it gets the proof, from
// the zkPass service or in its own process, and hands it to the request's
// response_uri through the customer's browser, and nowhere else.
//
// ID tokens stay on the app's server: in memory, as long as the customer is logged
// in. So does the key to the zkPass service. The pages have neither.
package app
