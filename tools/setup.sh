#!/bin/sh
# Installs what is missing, and nothing that is there. `setup.sh page` is what the page needs, `setup.sh test` adds Chromium.
# Rust tools of exactly the versions that Trunk.toml names go to $PODIUM_TOOLS, apart from any of your own.
set -eu
cd "$(dirname "$0")/.."
tools=${PODIUM_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/podium}
bindgen=$(sed -n 's/^wasm_bindgen = "\(.*\)"/\1/p' Trunk.toml)
trunk=0.22.0-beta.1
PATH=$tools/bin:$PATH

say() { printf 'setup: %s\n' "$*"; }
need() {
  command -v "$1" >/dev/null && return
  say "Podium needs $1: $2"
  exit 1
}
need cargo "install Rust from rustup.rs"
need npm "install Node.js 20 or later"

if ! [ -d "$(rustc --print target-libdir --target wasm32-unknown-unknown)" ]; then
  say "adding Rust's wasm32 target"
  need rustup "the wasm32-unknown-unknown target is missing"
  rustup target add wasm32-unknown-unknown
fi

if ! cmp -s package-lock.json node_modules/.podium-lock; then
  say "installing the npm packages"
  npm ci --silent
  cp package-lock.json node_modules/.podium-lock
fi

# What is on PATH serves if its version is right; else it is built once, in a profile that is quick to build.
if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $bindgen" ]; then
  say "building wasm-bindgen $bindgen, once (some minutes)"
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install --locked --quiet --root "$tools" wasm-bindgen-cli --version "$bindgen"
fi
case "$(trunk --version 2>/dev/null)" in
  "trunk 0.22."*) ;;
  *)
    say "building trunk $trunk, once (some minutes)"
    CARGO_PROFILE_DEV_DEBUG=0 cargo install --debug --locked --quiet --root "$tools" "trunk@$trunk" --no-default-features
    ;;
esac

if [ "${1:-page}" = test ] && ! command -v "${CHROMIUM:-chromium}" >/dev/null; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    say "installing Chromium"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver >/dev/null
  else
    need chromium "install it, or set CHROMIUM to a Chromium or Chrome program"
  fi
fi
