// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.reference;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.explain.Explainer;
import io.podidentity.podid.explain.ReferenceExplanation;
import io.podidentity.podid.input.FittingProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each product of the table on a fixture, {@code references/NAME.yaml}, and what is got by it in NAME.expected. */
class ReferringKindsTest {

    private static final Path FIXTURES = Path.of("src/test/resources/references");

    static List<Path> fixtures() throws IOException {
        try (Stream<Path> files = Files.list(FIXTURES)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void reference_ofAProduct_getsWhatItsDocumentsSay(Path fixture) throws IOException {
        RuleContext context = context(fixture);
        var explainer = new Explainer(context.manifests(), context.rules(), Instant.EPOCH);
        String found = ReferenceExplanation.all(context, explainer).stream()
                .map(one ->
                        one.reference().object().object() + ": " + one.outcome().id() + ": " + one.summary() + "\n")
                .collect(Collectors.joining());
        Path actual = Path.of("target/references")
                .resolve(fixture.getFileName().toString().replace(".yaml", ".expected"));
        Files.createDirectories(actual.getParent());
        Files.writeString(actual, found);
        assertThat(FIXTURES.resolve(actual.getFileName()))
                .as("what was found is in %s", actual)
                .content()
                .isEqualTo(found);
    }

    @Test
    void kinds_always_haveAFixture() throws IOException {
        var seen = fixtures().stream()
                .flatMap(fixture -> context(fixture).references().stream())
                .map(IdentityReference::kind)
                .collect(Collectors.toSet());
        assertThat(seen).containsExactlyInAnyOrderElementsOf(ReferringKinds.ALL);
    }

    @Test
    void resources_always_areCalledAsKubectlCallsThem() {
        assertThat(ReferringKinds.resources())
                .contains(
                        "secretproviderclasses.secrets-store.csi.x-k8s.io",
                        "ocirepositories.source.toolkit.fluxcd.io",
                        "secretstores.external-secrets.io");
    }

    private static RuleContext context(Path fixture) {
        try {
            String text = Files.readString(fixture);
            Profile profile = FittingProfile.of(new ManifestReader(Profile.V1_8_17)
                            .readText(fixture.toString(), text)
                            .objects())
                    .profile();
            return new RuleContext(
                    new ManifestReader(profile).readText(fixture.getFileName().toString(), text),
                    MatchRules.of(profile),
                    AzureFacts.NONE);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
