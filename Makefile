# make demo starts the demonstration of examples/shopsphere: Krisna and ShopSphere.
# Options: make demo DEMO='-port 0 -once'.
.PHONY: demo js release test

demo:
	cd examples/shopsphere && go run ./demo $(DEMO)

# make js builds the npm package @zkpass-go/sdk in js/dist. It needs Node 20 and npm.
js:
	cd js && npm ci --ignore-scripts --no-audit --no-fund && npm run build

test:
	go test -timeout 30m ./...
	cd examples/shopsphere && go test ./...

# make release makes archives for all platforms, the container's file tree, checksums and
# lists of contents in dist. The same commit gives the same bytes.
release:
	go run -C tools ./release -root .. -out ../dist
