# make demo starts the demonstration of examples/shopsphere: Krisna, ShopSphere and a
# zkPass service. Options: make demo DEMO='-port 0 -once'.
.PHONY: demo test

demo:
	cd examples/shopsphere && go run ./demo $(DEMO)

test:
	go test -timeout 30m ./...
	cd examples/shopsphere && go test ./...
