package io.podidentity.podid.check.rules.pod;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import java.util.List;
import java.util.Optional;

/** Unknown parameters are ignored, and the token is that of another identity, with HTTP 200. */
public final class QueryParameter implements Rule {

    @Override
    public About about() {
        return About.error(
                "C14",
                "query-parameter",
                "A parameter of a token request is not one",
                "Write client_id to name an identity",
                "Azure/aad-pod-identity#427",
                "Azure/aad-pod-identity#629");
    }

    private static final List<String> KNOWN = List.of(
            "resource",
            "api-version",
            "client_id",
            "object_id",
            "principal_id",
            "msi_res_id",
            "mi_res_id",
            "bypass_cache");

    @Override
    public void check(RuleContext context, Report report) {
        for (MetadataCall call : Scripts.all(context)) {
            for (String name : call.names()) {
                String plain = name.replaceAll("[_-]", "");
                Optional<String> meant = KNOWN.stream()
                        .filter(known -> known.replaceAll("[_-]", "").equalsIgnoreCase(plain))
                        .findFirst();
                if (KNOWN.contains(name)) {
                    ignored(context, name)
                            .ifPresent(reason -> report.add(call.location(), reason, about().remedy() + "."));
                } else if (!Value.isTemplated(name) && !name.startsWith("$")) {
                    report.add(
                            call.location(),
                            "there is no parameter " + name + ", so it is ignored",
                            meant.or(() -> ClosestMatch.of(name, KNOWN))
                                    .map(known -> "Write: " + known + "=")
                                    .orElse("Remove it."));
                }
            }
        }
    }

    private static Optional<String> ignored(RuleContext context, String name) {
        boolean isIgnored = context.profile().hasNmi()
                && switch (name) {
                    case "object_id", "principal_id" -> true;
                    case "msi_res_id" -> !context.profile().isAtLeast(1, 6, 2);
                    case "mi_res_id" -> !context.profile().isAtLeast(1, 8, 15);
                    default -> false;
                };
        return isIgnored
                ? Optional.of(
                        "NMI " + context.profile().id() + " ignores " + name + ", so any identity of the pod answers")
                : Optional.empty();
    }
}
