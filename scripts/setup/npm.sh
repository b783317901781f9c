# npm packages: the editor bundle's, for the tests Playwright's, and for measurements what is measured beside Relay.
# Exactly what the lock files name. Sourced by setup.sh.
# shellcheck shell=bash

# npm_current FOLDER: are the packages of its lock file installed? The copy of the lock file is made after npm has ended.
npm_current() {
    cmp -s "$1/package-lock.json" "$1/node_modules/.relay-lock"
}

npm_plan() {
    npm_missing=()
    local folder
    local folders=(frontend/editor)
    [ "$1" = build ] || folders+=(end2end)
    [ "$1" != bench ] || folders+=(scripts/measure/peer)
    for folder in "${folders[@]}"; do
        if [ -e "$ROOT/$folder/package-lock.json" ] && ! npm_current "$ROOT/$folder"; then
            npm_missing+=("$folder")
            need "npm packages of $folder (npm ci)"
        fi
    done
}

npm_do() {
    local folder
    for folder in "${npm_missing[@]}"; do
        say "installing the npm packages of $folder"
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 logged "npm-${folder//\//-}" npm ci --prefix "$ROOT/$folder" --no-audit --no-fund
        cp "$ROOT/$folder/package-lock.json" "$ROOT/$folder/node_modules/.relay-lock"
    done
}
