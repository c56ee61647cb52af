// Package stage brings the parties of the demonstration together on loopback ports:
// the OpenID provider and the app of ShopSphere, the shop Krisna, and a zkPass
// service as a process of its own.
//
// ShopSphere's sites are at 127.0.0.1 and Krisna is at localhost: browsers keep
// cookies by host and not by port, so that these are different sites to them, as
// they would be in the world.
package stage
