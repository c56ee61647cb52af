// Package web is what the sites of this demonstration have in common: sessions in
// cookies, forms that only their own pages can send, security headers, pages from
// templates, and a server with limits.
//
// It knows nothing of zkPass and nothing of what the sites show.
package web
