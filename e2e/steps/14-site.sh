# shellcheck shell=bash
# The site of the documents, made as for GitHub Pages and looked at in the real Chromium. With E2E_PICTURES, also screenshots.

SITE=$WORK/site

# What is committed names no registry, so that npm asks the one that is set up here.
site_is_made() {
    SITE_BASE=/pod-identity-java/ "$ROOT/site/build" "$SITE" > "$WORK/site.txt" 2>&1 || { tail -n 30 "$WORK/site.txt" && return 1; }
    expect_equal 0 "$(grep -c '"resolved"' "$ROOT/site/package-lock.json")"
}

site_in_browser() {
    node "$ROOT/site/check.mjs" "$SITE" /pod-identity-java/ "$DOWNLOADS/browser" ${E2E_PICTURES:+"$OUT"} | tee "$OUT/site.txt"
}

check "the site of the documents is made, and no link in the repository leads nowhere" site_is_made
check "the site in Chromium: links, axe, 360 px, search, dark mode, 404, edit links" site_in_browser
