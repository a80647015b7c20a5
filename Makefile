# Podium. `make serve` shows the page, `make test` proves it; both install what is missing.

TOOLS ?= $(or $(PODIUM_TOOLS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/podium)
PORT  ?= 8080
export PATH := $(TOOLS)/bin:$(CURDIR)/node_modules/.bin:$(PATH)
WASM := wasm32-unknown-unknown
# The tests that hold the simulation against the recordings.
CONFORM := scenario:: _cases describe:: kubectl:: manifest:: words::
SOURCES := $(shell find src static tools/fonts.mjs tools/split.mjs index.html Cargo.toml Cargo.lock Trunk.toml package-lock.json -type f ! -path static/editor.js ! -name '*.woff2')

.PHONY: serve watch build test test-native test-worlds test-wasm test-page conform lint bench setup setup-test clean

serve: setup build ## Builds the page if anything changed, serves it, and prints its address.
	@node tools/serve.mjs $(PORT)

watch: setup ## Serves the page and builds it anew after every change of a file.
	trunk serve --port $(PORT)

build: dist/index.html ## Builds the page into dist/.

dist/index.html: $(SOURCES) | setup
	trunk build --release
	@touch $@

test: setup-test lint test-native conform test-worlds test-wasm test-page ## Runs everything.

lint: | setup-test
	cargo fmt --check
	cargo clippy --quiet --all-targets -- -D warnings
	cargo clippy --quiet --target $(WASM) -- -D warnings

test-native:
	cargo test --quiet

conform: ## Prints what agrees with the recordings of a real control plane: a line a scenario, and the counts of all tables.
	@out=$$(cargo test --quiet --lib --test it -- --nocapture --test-threads=1 $(CONFORM) 2>&1); code=$$?; \
	printf '%s\n' "$$out" | sed -n 's/.*conform: //p'; \
	[ $$code = 0 ] || printf '%s\n' "$$out" | tail -n 40; exit $$code

test-worlds: ## Ten thousand random worlds, a month of cron jobs amid failing nodes, and what anybody may have written.
	WORLDS=10000 SOAK_DAYS=30 cargo test --quiet --profile worlds --test it -- worlds soak
	FUZZ=20000 cargo test --quiet --profile worlds --test fuzz -- --nocapture

# Node serves as the wasm machine: what is compared is the core, which knows no browser.
test-wasm: | setup-test
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner cargo test --target $(WASM) --test wasm

test-page: build | setup-test
	node --test --test-concurrency=1 tests/browser/*.test.mjs

bench: build | setup-test ## Measures everything that has a budget.
	node tools/bench/run.mjs

setup:
	@tools/setup.sh page

setup-test:
	@tools/setup.sh test

clean:
	cargo clean
	rm -rf dist static/editor.js
