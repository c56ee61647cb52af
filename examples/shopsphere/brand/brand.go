// Package brand is how ShopSphere looks: the style sheet and the sign that its
// login page and its app share.
package brand

import "embed"

// Assets are the files that browsers load.
//
//go:embed *.css *.svg
var Assets embed.FS
