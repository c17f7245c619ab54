# The provenance of an image (in-toto, SLSA 1.0): only what it says of itself, and the bases that are named by digest.
($config[0].config.Labels // {}) as $labels
| ($image[0].annotations // {}) as $notes
| ($labels["org.opencontainers.image.revision"] // "unknown") as $revision
| ([$notes | select(.["org.opencontainers.image.base.digest"])
    | .["org.opencontainers.image.base.name"] + "@" + .["org.opencontainers.image.base.digest"]] + $ARGS.positional | unique) as $bases
| {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{name: $name, digest: {sha256: $digest}}],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
        buildDefinition: {
            buildType: ($source + "/blob/main/k8s/README.md#3-the-image"),
            externalParameters: {source: ($labels["org.opencontainers.image.source"] // $source), revision: $revision},
            resolvedDependencies: ([{uri: ("git+" + $source)}
                + (if $revision | test("^[0-9a-f]{40}$") then {digest: {gitCommit: $revision}} else {} end)]
                + [$bases[] | {uri: ("docker://" + .), digest: {sha256: sub(".*@sha256:"; "")}}])
        },
        runDetails: {builder: {id: ($source + "/blob/main/k8s/attach.sh")}}
    }
}
