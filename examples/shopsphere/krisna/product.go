package krisna

import "net/http"

// product is something that the shop sells.
type product struct {
	ID, Name, Kind, Text string
	Cents                int
}

// products are all there is. Each has a picture, a part of _pictures.html.
var products = []product{
	{"teapot", "Stoneware teapot", "Tea", "Holds 900 ml, pours without a drip, and keeps its lid on. Thrown and glazed by hand; no two are quite alike.", 5400},
	{"bowl", "Speckled bowl", "Table", "For soup, salad or far too many cherries. 16 cm across, dishwasher safe.", 2200},
	{"candle", "Beeswax candle", "Light", "Pure beeswax and a cotton wick. Burns for about 40 hours and smells of summer.", 1850},
	{"blanket", "Wool blanket", "Rest", "Undyed wool from hill sheep, 130 by 180 cm. Warm in winter, and on balconies in May.", 8900},
	{"lamp", "Paper lamp", "Light", "Folded from one sheet of strong paper. Soft light for a corner; takes an E27 bulb.", 4600},
	{"plant", "Rubber plant", "Green", "Easy company: a bright spot, a little water on Sundays. In a terracotta pot of 15 cm.", 3200},
}

// offered is a product at the price for one customer.
type offered struct {
	product
	Price   int // cents
	Reduced bool
	Percent int
}

func (p product) offer(c *customer) offered {
	o := offered{product: p, Price: p.Cents}
	if c != nil && c.Discount > 0 {
		o.Price, o.Reduced, o.Percent = (p.Cents*(100-c.Discount)+50)/100, true, c.Discount
	}
	return o
}

func (s *Shop) showShop(w http.ResponseWriter, r *http.Request) {
	_, c := s.visit(w, r)
	var all []offered
	for _, p := range products {
		all = append(all, p.offer(c))
	}
	s.show(w, r, http.StatusOK, "shop", "Things for quiet homes", all)
}

func (s *Shop) showProduct(w http.ResponseWriter, r *http.Request) {
	_, c := s.visit(w, r)
	for _, p := range products {
		if p.ID == r.PathValue("product") {
			s.show(w, r, http.StatusOK, "product", p.Name, p.offer(c))
			return
		}
	}
	s.notFound(w, r)
}
