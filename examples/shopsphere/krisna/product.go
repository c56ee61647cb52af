package krisna

import (
	"net/http"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

// product is something that the shop sells. Its words are the sentences product.ID.name,
// product.ID.text and kind.KIND.
type product struct {
	ID, Kind string
	Cents    int
}

// products are all there is. Each has a picture, a part of _pictures.html.
var products = []product{
	{"teapot", "tea", 5400},
	{"bowl", "table", 2200},
	{"candle", "light", 1850},
	{"blanket", "rest", 8900},
	{"lamp", "light", 4600},
	{"plant", "green", 3200},
}

// offered is a product at the price for one customer.
type offered struct {
	web.Words
	product
	Price   int // cents
	Reduced bool
	Percent int
}

func (p product) offer(words web.Words, c *customer) offered {
	o := offered{Words: words, product: p, Price: p.Cents}
	if c != nil && c.Discount > 0 {
		o.Price, o.Reduced, o.Percent = (p.Cents*(100-c.Discount)+50)/100, true, c.Discount
	}
	return o
}

func (s *Shop) showShop(w http.ResponseWriter, r *http.Request) {
	_, c := s.visit(w, r)
	var all []offered
	for _, p := range products {
		all = append(all, p.offer(s.words.For(r), c))
	}
	s.show(w, r, http.StatusOK, "shop", web.Say("shop.title"), all)
}

func (s *Shop) showProduct(w http.ResponseWriter, r *http.Request) {
	_, c := s.visit(w, r)
	for _, p := range products {
		if p.ID == r.PathValue("product") {
			s.show(w, r, http.StatusOK, "product", web.Say("product."+p.ID+".name"), p.offer(s.words.For(r), c))
			return
		}
	}
	s.notFound(w, r)
}
