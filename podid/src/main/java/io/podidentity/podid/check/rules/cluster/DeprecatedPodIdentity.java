package io.podidentity.podid.check.rules.cluster;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.stream.Stream;

/** The last release is of June 2023, and the add-on was supported until September 2025. */
public final class DeprecatedPodIdentity implements Rule {

    @Override
    public About about() {
        return About.info(
                "C20",
                "pod-identity-deprecated",
                "AAD Pod Identity is archived, and AKS has ended its support of the add-on",
                "Move to workload identity: podid migrate PATH -o DIR",
                "Azure/AKS#3324");
    }

    @Override
    public void check(RuleContext context, Report report) {
        int identities = context.kind("AzureIdentity").size();
        int bindings = context.kind("AzureIdentityBinding").size();
        List<PodSource> pods = context.pods().stream()
                .filter(pod -> pod.pod().bindingLabel().isPresent())
                .toList();
        Stream.concat(
                        Stream.of("AzureIdentity", "AzureIdentityBinding").flatMap(kind -> context.kind(kind).stream()),
                        pods.stream().map(PodSource::manifest))
                .findFirst()
                .ifPresent(first -> report.add(
                        first,
                        "AAD Pod Identity has been archived since 2023, and AKS supported its add-on until"
                                + " September 2025"
                                + " (AzureIdentity:"
                                + " " + identities + ", AzureIdentityBinding: " + bindings
                                + ", labelled workloads: " + pods.size() + ")",
                        "Run podid migrate with these paths and -o DIR: it writes the files for workload identity and"
                                + " the az commands, and shows that each pod gets the same identity"));
    }
}
