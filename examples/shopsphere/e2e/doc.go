// Package e2e tests the demonstration as its users see it: in a real browser, with
// all parties running. It has no code of its own.
//
// The browser is Chromium, found in PATH or named by ZKPASS_CHROMIUM; one test runs an
// OpenID provider of npm's and needs Node.js. Without these tests are skipped, unless
// ZKPASS_BROWSER is "required". Screenshots go to the
// artifact folder of each test: go test -artifacts -outputdir DIR ./e2e
package e2e
