package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;

/** Any other text means that it is not restricted. */
public final class BehaviorAnnotation implements Rule {

    @Override
    public About about() {
        return About.error(
                "C6",
                "behavior-annotation",
                "The annotation that restricts an identity to its namespace is misspelt",
                "Write aadpodidentity.k8s.io/Behavior: namespaced, in exactly this letter case",
                "Azure/aad-pod-identity#607");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            FieldLocation annotations = context.location(identity).at("metadata", "annotations");
            for (String key : annotations.keys()) {
                FieldLocation annotation = annotations.at(key);
                if (ClosestMatch.isNear(key, AzureIdentity.BEHAVIOR_ANNOTATION)) {
                    report.add(
                            annotation,
                            key + " is not the annotation that counts",
                            about().remedy() + ".",
                            Edit.key(annotation.position(), key, AzureIdentity.BEHAVIOR_ANNOTATION));
                } else if (key.equals(AzureIdentity.BEHAVIOR_ANNOTATION) && !identity.isNamespaced()) {
                    String value = annotation.text();
                    if (ClosestMatch.isNear(value, AzureIdentity.BEHAVIOR_NAMESPACED)) {
                        report.add(
                                annotation,
                                "the value " + Value.quoted(value) + " restricts nothing",
                                about().remedy() + ".",
                                Edit.value(annotation, AzureIdentity.BEHAVIOR_NAMESPACED));
                    } else {
                        report.add(
                                annotation,
                                "the value " + Value.quoted(value) + " restricts nothing",
                                about().remedy() + ".");
                    }
                }
            }
        }
    }
}
