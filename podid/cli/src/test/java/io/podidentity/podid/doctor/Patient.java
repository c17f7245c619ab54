// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.podid.apiserver.ServedCluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;

/**
 * A cluster of a fixture, whose API a test double serves to the real kubectl. The first lines of the file say in
 * comments
 * what is so around it.
 */
final class Patient implements AutoCloseable {

    static final String USER = "alice";

    /** In place of a time, which a fixture cannot know: so many seconds ago. */
    private static final Pattern AGO = Pattern.compile("ago-(\\d+)s");

    private static final String BINDING = """

            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: alice}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
            subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]
            """;

    private final ServedCluster cluster;
    private final Path kubeconfig;
    private final List<String> options = new ArrayList<>();
    private Map<String, String> environment = System.getenv();

    /** What a command ended with. */
    record Report(int code, String out, String err) {}

    Patient(Path manifests, Path folder) throws IOException {
        var builder = PodIdentityEmulator.builder().timeScale(5000);
        Profile profile = null;
        String blob = "";
        String text = Files.readString(manifests);
        boolean recorded = false;
        for (String line : Files.readAllLines(manifests)) {
            String[] words = line.split(" ", -1);
            if (!words[0].equals("#")) {
                break;
            }
            switch (words[1]) {
                case "profile" -> profile = Profile.of(words[2]);
                case "without-credentials" -> builder.withoutAssumedCredentials();
                case "without-roles" -> builder.withoutRoles();
                case "identity" ->
                    builder.unassignedIdentity(
                            new ManagedIdentity("reader", words[2], "71111111-1111-4111-8111-111111111111"));
                case "credential" -> builder.federatedServiceAccount(words[2], words[3], words[4], Duration.ZERO);
                case "issuer" ->
                    builder.federatedCredential(words[2], words[3], words[4], "api://AzureADTokenExchange");
                case "blob" -> blob = words[2];
                case "recorded" -> recorded = true;
                case "with" ->
                    text += "\n---\n" + Files.readString(Path.of("src/test/resources/doctor/with", words[2]));
                case "user" -> {
                    text += BINDING.formatted(words[2]);
                    options.add("--context=" + USER);
                }
                case "option" -> options.add(words[2]);
                case "expect", "next" -> {}
                default -> throw new IllegalArgumentException(line);
            }
        }
        if (profile != null) {
            builder.profile(profile);
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Manifests read = new ManifestReader(profile == null ? Profile.V1_5_4 : profile)
                .readText(
                        manifests.toString(),
                        AGO.matcher(text)
                                .replaceAll(ago -> now.minusSeconds(Long.parseLong(ago.group(1)))
                                        .toString()));
        cluster = recorded ? ServedCluster.ofRecorded(builder, read, USER) : new ServedCluster(builder, read, USER);
        kubeconfig = cluster.writeKubeconfig(folder.resolve("kubeconfig"));
        options.add("--authority-host=" + azure().entra());
        if (!blob.isEmpty()) {
            options.add("--blob=" + azure().storage() + "/" + blob);
        }
    }

    /** Runs the command on it, which knows nothing of its Azure but what the cluster says. */
    Report stranger(String... arguments) {
        options.clear();
        return doctor(arguments);
    }

    /** Runs the command on it. */
    Report doctor(String... arguments) {
        var all = new ArrayList<>(List.of("--kubeconfig=" + kubeconfig, "--ca=" + azure().certificateAuthority()));
        all.addAll(options);
        all.addAll(List.of(arguments));
        var out = new StringWriter();
        var err = new StringWriter();
        int code = new CommandLine(new DoctorCommand(environment))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
        return new Report(code, out.toString(), err.toString());
    }

    PodIdentityEmulator azure() {
        return cluster.azure();
    }

    /** The command finds kubectl there. */
    Patient withKubectlIn(Path bin) {
        environment = Map.of("PATH", bin.toString());
        return this;
    }

    /** Its API server fails to list that kind. */
    Patient withBroken(String qualified) {
        cluster.breakKind(qualified);
        return this;
    }

    /** What was asked of the API server. */
    List<String> requests() {
        return cluster.requests();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
