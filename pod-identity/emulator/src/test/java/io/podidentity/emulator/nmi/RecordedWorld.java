// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.RawAnswer;
import io.podidentity.emulator.cases.Recorded;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.fault.Fault;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.time.RequestClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The emulator with the manifests and flags of a real NMI; its waits are counted and take no time. */
final class RecordedWorld implements AutoCloseable {

    private static final String APPLICATION = "aaaaaaaa-0000-4000-8000-000000000006";

    private final PodIdentityEmulator emulator;
    private final RequestClock clock;

    private RecordedWorld(PodIdentityEmulator emulator, RequestClock clock) {
        this.emulator = emulator;
        this.clock = clock;
    }

    /**
     * One request and its answer.
     *
     * @param seconds until the answer, with those that were counted only
     * @param machineSeconds those that the machine took
     */
    record Exchange(RawAnswer answer, double seconds, double machineSeconds) {}

    static RecordedWorld start(Recorded.World world) {
        var clock = new RequestClock();
        NmiSettings settings = settings(world);
        Cluster cluster = cluster(world, settings.profile());
        var emulator = PodIdentityEmulator.builder()
                .cluster(cluster)
                .nmi(settings)
                .clusterClock(clock)
                // As in the recordings, whose Azure knew every resource.
                .anyResource()
                .application(APPLICATION, APPLICATION.replace('a', 'b'), "right")
                .start();
        awaitAssigned(emulator, settings.rules());
        return new RecordedWorld(emulator, clock);
    }

    private static NmiSettings settings(Recorded.World world) {
        boolean managed = world.flags().contains("--operation-mode=managed");
        var rules = new MatchRules(
                managed ? Profile.MANAGED : Profile.of(world.version()),
                world.flags().contains("--forceNamespaced"),
                "default");
        NmiSettings settings = NmiSettings.of(rules)
                .withBlockInstanceMetadata(world.flags().contains("--block-instance-metadata"))
                .withRetries(
                        world.flags().contains("--set-retry-after-header"),
                        number(world, "--retry-attempts-for-created", 16),
                        number(world, "--retry-attempts-for-assigned", 4),
                        Duration.ofSeconds(number(world, "--find-identity-retry-interval", 5)));
        return world.flags().contains("--metadata-header-required=false")
                ? settings.withMetadataHeaderRequired(false)
                : settings;
    }

    private static int number(Recorded.World world, String flag, int otherwise) {
        return world.flags().stream()
                .filter(given -> given.startsWith(flag + "="))
                .map(given -> Integer.valueOf(given.substring(flag.length() + 1)))
                .findFirst()
                .orElse(otherwise);
    }

    private static Cluster cluster(Recorded.World world, Profile profile) {
        String file = "/cases/real/" + world.manifests() + ".yaml";
        try (InputStream in = RecordedWorld.class.getResourceAsStream(file)) {
            String text = new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
            Cluster all = new ManifestReader(profile).readText(file, text).cluster();
            return Cluster.of(all.all().stream()
                    .filter(one -> !world.without().contains(one.name().name()))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitAssigned(PodIdentityEmulator emulator, MatchRules rules) {
        if (!rules.profile().hasMic()) {
            return;
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!isAssigned(emulator.cluster(), rules)) {
            assertThat(System.nanoTime())
                    .as(
                            "MIC assigns in time, and not only %s",
                            emulator.cluster().all(AzureAssignedIdentity.class))
                    .isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private static boolean isAssigned(Cluster now, MatchRules rules) {
        var matcher = new IdentityMatcher(now, rules);
        List<AzureAssignedIdentity> assigned = now.all(AzureAssignedIdentity.class);
        long wanted = now.pods().stream()
                .mapToLong(pod -> matcher.match(pod).identities().size())
                .sum();
        return assigned.size() == wanted
                && assigned.stream().allMatch(one -> one.state() == AzureAssignedIdentity.State.ASSIGNED);
    }

    Exchange ask(Recorded test) throws IOException {
        order(test);
        Duration skipped = clock.skipped();
        long began = System.nanoTime();
        try {
            URI server = server(test.text("pod", ""));
            RawAnswer answer = RawAnswer.ask(
                    InetAddress.getLoopbackAddress(),
                    new InetSocketAddress(server.getHost(), server.getPort()),
                    test.request(),
                    test.recorded().status().isEmpty() ? Duration.ofMillis(300) : Duration.ofSeconds(30));
            double machine = (System.nanoTime() - began) / 1e9;
            return new Exchange(answer, machine + clock.skipped().minus(skipped).toNanos() / 1e9, machine);
        } finally {
            emulator.faults().clear();
        }
    }

    private URI server(String pod) {
        return switch (pod) {
            case "HOST" -> emulator.nmiHost().orElseThrow();
            case "OBS" -> emulator.nmiObserved().orElseThrow();
            default -> emulator.pod(pod).imds();
        };
    }

    private void order(Recorded test) {
        for (Object one : Case.list(test.values().get("imds"))) {
            List<Object> given = Case.list(one);
            var headers = Case.object(given.get(1));
            Fault fault = Fault.status(
                    ((Number) given.get(0)).intValue(), (String) headers.get("Content-Type"), (String) given.get(2));
            for (var header : headers.entrySet()) {
                fault = fault.header(header.getKey(), (String) header.getValue());
            }
            emulator.faults().imds(fault);
        }
        String[] order = test.text("fault", "").split(" ", 2);
        if (order.length == 2) {
            Fault fault = fault(order[1]).standing();
            var unused = order[0].equals("imds")
                    ? emulator.faults().imds(fault)
                    : emulator.faults().entra(fault);
        }
    }

    private static Fault fault(String name) {
        return switch (name) {
            case "garbage" -> Fault.garbage();
            case "cut" -> Fault.cut();
            case "slow" -> Fault.slow(Duration.ofSeconds(2));
            case "refused" -> Fault.refused();
            case "silent" -> Fault.silent();
            default -> Fault.status(Integer.parseInt(name));
        };
    }

    @Override
    public void close() {
        emulator.close();
    }
}
