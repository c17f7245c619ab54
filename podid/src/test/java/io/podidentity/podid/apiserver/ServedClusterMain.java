package io.podidentity.podid.apiserver;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.manifest.ManifestReader;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The same as a program, for e2e's steps with kubectl; its first line is JSON with the addresses. It ends with SIGTERM.
 */
final class ServedClusterMain {

    private ServedClusterMain() {}

    /**
     * Starts it.
     *
     * @param arguments kubeconfig, the longest life of a token in seconds, manifests, and the users after them
     */
    public static void main(String[] arguments) throws Exception {
        List<String> all = List.of(arguments);
        var cluster = new ServedCluster(
                PodIdentityEmulator.builder().profile(Profile.WORKLOAD_IDENTITY),
                new ManifestReader(Profile.WORKLOAD_IDENTITY).read(List.of(all.get(2)), InputStream.nullInputStream()),
                Duration.ofSeconds(Long.parseLong(all.get(1))),
                all.subList(3, all.size()));
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
        cluster.writeKubeconfig(Path.of(all.get(0)));
        PodIdentityEmulator azure = cluster.azure();
        Map<String, Object> addresses = Map.of(
                "entra", azure.entra().toString(),
                "storage", azure.storage().toString(),
                "ca", azure.certificateAuthority().toString(),
                "trustStore", azure.trustStore().toString(),
                "pods",
                        azure.pods().stream()
                                .map(pod -> Map.of("name", pod.name(), "env", pod.environment()))
                                .toList());
        System.out.println(Answer.json(200, addresses).text());
        Thread.currentThread().join();
    }
}
