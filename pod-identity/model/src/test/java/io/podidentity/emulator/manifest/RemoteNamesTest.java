// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.podidentity.emulator.cluster.Profile;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteNamesTest {

    private static final Path HERE = Path.of("src", "test");

    @TempDir
    private Path folder;

    private static List<String> remote(String kustomization) {
        return RemoteNames.in(
                HERE, YamlReader.read("kustomization.yaml", kustomization).get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resources: ['https://evil.example/x.yaml']",
                "resources: ['HTTP://evil.example/x.yaml']",
                "Resources: ['https://evil.example/x.yaml']",
                "bases: ['github.com/evil/x//base?ref=main']",
                "resources: ['git@evil.example:x/y.git']",
                "resources: ['git::https://evil.example/x']",
                "resources: ['ssh://git@evil.example/x']",
                "resources: ['file:///etc']",
                "resources: ['gh:evil/x']",
                "resources: ['evil.example/x']",
                "resources: ['absent.yaml']",
                "components: ['https://evil.example/x']",
                "crds: ['https://evil.example/x.json']",
                "configurations: ['https://evil.example/x.yaml']",
                "openapi: {path: 'https://evil.example/x.json'}",
                "patches: [{path: 'https://evil.example/x.yaml'}]",
                "patchesStrategicMerge: ['https://evil.example/x.yaml']",
                "patchesJson6902: [{path: 'https://evil.example/x.yaml', target: {kind: Pod}}]",
                "replacements: [{path: 'https://evil.example/x.yaml'}]",
                "transformers: ['https://evil.example/x']",
                "generators: ['https://evil.example/x']",
                "configMapGenerator: [{name: a, files: ['k=https://evil.example/x']}]",
                "secretGenerator: [{name: a, envs: ['https://evil.example/x']}]",
                "helmCharts: [{name: a, repo: 'https://evil.example/x'}]",
                "x: &x {resources: ['https://evil.example/x']}\n<<: *x",
            })
    void names_thatWouldBeFetched_areFound(String kustomization) {
        assertThat(remote(kustomization)).hasSize(kustomization.contains("*x") ? 2 : 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resources: [java, ./java, ../main]",
                "commonAnnotations: {documents: 'https://example.com/x'}",
                "images: [{name: a, newName: 'registry.example:5000/a'}]",
                "configMapGenerator: [{name: a, literals: ['url=https://example.com']}]",
                "patches: [{patch: \"- op: add\\n  path: https://x\"}]",
                "namespace: shop",
            })
    void names_thatStayHere_areNone(String kustomization) {
        assertThat(remote(kustomization)).isEmpty();
    }

    /** Kustomize clones what looks like a repository, also where a folder has that name. */
    @Test
    void names_ofFoldersThatLookLikeRepositories_areFound() throws Exception {
        Files.createDirectories(folder.resolve("github.com/evil/x"));

        assertThat(RemoteNames.in(
                        folder,
                        YamlReader.read("k", "resources: [github.com/evil/x]").get(0)))
                .containsExactly("github.com/evil/x");
    }

    /** With the real kubectl. A base of a base, and a kustomization that cannot be read, are no way around. */
    @ParameterizedTest
    @ValueSource(strings = {"base/kustomization.yaml", "kustomization.yaml", "unreadable"})
    void read_ofAKustomizationWithARemoteBase_asksNobodyUnlessAllowed(String where) throws Exception {
        var asked = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        try {
            String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/x.yaml";
            String remote = "resources: ['" + address + "']\n";
            Files.createDirectories(folder.resolve("base"));
            Files.writeString(
                    folder.resolve("base/pod.json"), "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {}}");
            List<String> paths =
                    List.of(folder.toString(), folder.resolve("base/pod.json").toString());
            boolean inBase = where.startsWith("base");
            String own = inBase ? "resources: [base]\nnamePrefix: a-\n" : remote + "namePrefix: a-\n";
            Files.writeString(
                    folder.resolve("kustomization.yaml"), where.equals("unreadable") ? own + "namePrefix: b-\n" : own);
            Files.writeString(folder.resolve("base/kustomization.yaml"), inBase ? remote : "resources: [pod.json]\n");

            var reader = new ManifestReader(Profile.V1_8_17);
            List<Manifests> read = reader.readApart(paths, InputStream.nullInputStream());

            assertThat(read.get(0).skipped().toString())
                    .contains("a kustomization with parts that are not in these folders", "--allow-remote");
            assertThat(asked).hasValue(0);
            if (!where.equals("unreadable")) {
                var allowed = new ManifestReader(Profile.V1_8_17).withRemote();
                allowed.readApart(paths, InputStream.nullInputStream());
                assertThat(asked).hasPositiveValue();
            }
        } finally {
            server.stop(0);
        }
    }
}
