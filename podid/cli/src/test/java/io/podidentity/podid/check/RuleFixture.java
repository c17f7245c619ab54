// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.AllRules;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.RuleContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Checks a fixture with the rule that its folder names. A first line {@code # profile: NAME} chooses the profile,
 * otherwise 1.8.17; a folder {@code NAME.azure} next to {@code NAME.yaml} has facts of Azure.
 */
final class RuleFixture {

    private static final Pattern PROFILE = Pattern.compile("# profile: (\\S+)");

    private RuleFixture() {}

    /** The findings as the fixture's {@code .expected} has them: two lines for each. */
    static String describeFindings(Path file) throws IOException {
        return find(file).stream().map(RuleFixture::describe).collect(Collectors.joining());
    }

    private static String describe(Finding finding) {
        return "%d:%d %s %s: %s\n    %s\n"
                .formatted(
                        finding.position().line(),
                        finding.position().column(),
                        finding.severity().id(),
                        finding.object(),
                        finding.message(),
                        finding.remedy());
    }

    /** Finds what the fixture's rule reports; what other rules report is left out. */
    static List<Finding> find(Path file) throws IOException {
        String rule = file.getParent().getFileName().toString();
        if (AllRules.LIST.stream().noneMatch(about -> about.rule().equals(rule))) {
            throw new IllegalArgumentException("No rule has the name of the folder of " + file);
        }
        String text = Files.readString(file);
        Matcher chosen = PROFILE.matcher(text);
        Profile profile = chosen.lookingAt() ? Profile.of(chosen.group(1)) : Profile.V1_8_17;
        Path azure = Path.of(file.toString().replaceFirst("\\.yaml$", ".azure"));
        var context = new RuleContext(
                new ManifestReader(profile).readText(file.getFileName().toString(), text),
                MatchRules.of(profile),
                Files.isDirectory(azure) ? AzureFacts.readFolder(azure) : AzureFacts.NONE);
        return AllRules.check(context).stream()
                .filter(finding -> finding.about().rule().equals(rule))
                .toList();
    }
}
