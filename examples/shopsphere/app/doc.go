// Package app is the ShopSphere app, the holder's software, as a web app made for
// a phone's screen.
//
// A partner shop sends the browser here with a request (DVR). The app checks who
// asks, has the customer log in at ShopSphere, shows in plain words what is asked
// and what the answer would tell, and asks for consent. Then the proof is made, and goes to
// the request's response_uri through the customer's browser, and nowhere else.
//
// As a rule the customer's browser makes the proof: the page gets the ID token from
// ShopSphere and this server never sees it. Without scripts, or where the operator wants
// it so, the server gets the ID token and keeps it in memory as long as the customer is logged
// in; it proves itself, or has a zkPass service prove. The pages then have neither the token
// nor the key to the service.
package app
