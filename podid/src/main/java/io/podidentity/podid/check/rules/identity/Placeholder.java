package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.regex.Pattern;

/** Such as CLIENT_ID, an ID in angle brackets, or a GUID of zeros; what a tool puts in, as ${…}, is left alone. */
public final class Placeholder implements Rule {

    @Override
    public About about() {
        return About.error(
                "C9",
                "placeholder-left",
                "A value is still to be put in",
                "Replace the placeholder with your value",
                "Azure/aad-pod-identity#175",
                "Azure/aad-pod-identity#497");
    }

    private static final Pattern OF_SECRET = Pattern.compile("((CLIENT|APP|SP)_)?(SECRET|PASSWORD)|CERTIFICATE");

    @Override
    public void check(RuleContext context, Report report) {
        for (String kind : List.of("AzureIdentity", "AzureIdentityBinding")) {
            context.kind(kind).forEach(object -> object.at("spec").texts().forEach(text -> check(report, text)));
        }
        for (FieldLocation account : context.kind("ServiceAccount")) {
            check(report, account.at("metadata", "annotations", Keys.CLIENT_ID));
            check(report, account.at("metadata", "annotations", Keys.TENANT_ID));
        }
        for (FieldLocation secret : context.kind("Secret")) {
            secret.at("data").fields().stream()
                    .filter(field -> isInsteadOfBase64(field.text()))
                    // The value stays out of the message, in case it is a secret after all.
                    .forEach(field -> report.add(
                            field,
                            field.path() + " is still a placeholder",
                            "Replace it with your value in Base64, or put the value itself below stringData."));
        }
        for (PodSource pod : context.pods()) {
            check(report, pod.label(Pod.BINDING_LABEL));
            pod.variables("AZURE_CLIENT_ID").forEach(variable -> check(report, variable.at("value")));
        }
    }

    /** Of what a secret's data, which is Base64, may hold before anybody has put a value in. */
    static boolean isInsteadOfBase64(String text) {
        return Value.isPlaceholder(text) || OF_SECRET.matcher(text).matches();
    }

    private static void check(Report report, FieldLocation field) {
        if (Value.isPlaceholder(field.text())) {
            report.add(field, field.path() + " is still " + Value.quoted(field.text()), "Replace it with your value.");
        }
    }
}
