package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The part of the default chain that {@code AZURE_TOKEN_CREDENTIALS} selects: {@code dev}, {@code prod} or the name of
 * one Azure SDK credential, in upper or lower case. A source that is selected by name is included even if nothing
 * announces it, and the metadata service is then asked without a probe.
 */
final class SelectedSources {
    static final String VARIABLE = "AZURE_TOKEN_CREDENTIALS";

    private final SourceContext context;

    SelectedSources(SourceContext context) {
        this.context = context;
    }

    /**
     * The selected sources.
     *
     * @throws IllegalArgumentException if the variable does not name a known source
     */
    List<TokenSource> of(String selection) {
        return switch (selection.toLowerCase(Locale.ROOT)) {
            case "dev" -> tools();
            case "prod" -> deployed();
            case "visualstudiocredential" ->
                throw refused(selection, "which is an Azure SDK credential that is not supported here");
            case "brokercredential" ->
                throw refused(
                        selection,
                        "which is a sign-in of the Azure SDK: the program can add it as a TokenCredentialSource");
            default -> List.of(named(selection));
        };
    }

    private List<TokenSource> tools() {
        List<TokenSource> sources = new ArrayList<>();
        for (SourceDescriptor known : SourceDescriptor.values()) {
            if (known.isTool()) {
                sources.add(new LazyTokenSource(known, context));
            }
        }
        return sources;
    }

    private List<TokenSource> deployed() {
        List<TokenSource> sources = new ArrayList<>();
        for (SourceDescriptor known : List.of(SourceDescriptor.ENVIRONMENT, SourceDescriptor.WORKLOAD_IDENTITY)) {
            if (known.isAnnounced(context)) {
                sources.add(known.create(context, true));
            }
        }
        boolean endpoint = SourceDescriptor.MANAGED_IDENTITY_ENDPOINT.isAnnounced(context);
        SourceDescriptor managed = endpoint ? SourceDescriptor.MANAGED_IDENTITY_ENDPOINT : SourceDescriptor.IMDS;
        sources.add(managed.create(context, SourceDescriptor.IMDS.isAnnounced(context)));
        return sources;
    }

    private TokenSource named(String selection) {
        for (SourceDescriptor known : SourceDescriptor.values()) {
            if (selection.equalsIgnoreCase(known.credential())) {
                return known == SourceDescriptor.MANAGED_IDENTITY_ENDPOINT
                        ? SourceDescriptor.managedIdentity(context, null)
                        : known.create(context, true);
            }
        }
        throw refused(selection, "which is not a known source");
    }

    private static IllegalArgumentException refused(String selection, String why) {
        Set<String> names = new LinkedHashSet<>();
        for (SourceDescriptor known : SourceDescriptor.values()) {
            if (known.credential() != null) {
                names.add(known.credential());
            }
        }
        String all = String.join(", ", names);
        int last = all.lastIndexOf(", ");
        return new IllegalArgumentException(VARIABLE + " is " + Excerpt.of(selection, 60) + ", " + why
                + ". Set it to dev, prod, " + all.substring(0, last) + " or " + all.substring(last + 2) + ".");
    }
}
