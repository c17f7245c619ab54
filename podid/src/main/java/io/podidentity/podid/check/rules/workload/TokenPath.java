package io.podidentity.podid.check.rules.workload;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Version 1.6.0 of the webhook has moved the file. */
public final class TokenPath implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C17",
                "token-path",
                "The path of the token is written out",
                "Read it from the variable AZURE_FEDERATED_TOKEN_FILE",
                "Azure/azure-workload-identity#1249");
    }

    private static final Pattern PATH =
            Pattern.compile("/var/run/secrets/(azure/)?(tokens|wi/token)/azure-identity-token");

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            boolean projects = pod.spec("volumes").items().stream()
                    .anyMatch(volume -> volume.at("projected").exists());
            for (FieldLocation container :
                    Verdict.isAsked(pod) && !projects ? pod.containers() : List.<FieldLocation>of()) {
                for (FieldLocation text : container.texts()) {
                    Matcher path = PATH.matcher(text.text());
                    if (path.find()) {
                        report.add(
                                text,
                                path.group() + " is the path of some versions of the webhook only",
                                about().remedy() + ".");
                    }
                }
            }
        }
    }
}
