// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Creates the default chain. The sources that environment variables announce come first. If a variable or the machine
 * itself shows that there is a metadata service, it is asked next. Otherwise the program probably runs on a laptop: the
 * developer tools are asked, and a probe for the metadata service runs at the same time.
 *
 * <p>A source that nothing announces is not even loaded. Tools that come after another source are loaded only when they
 * are asked.
 */
public final class DefaultSources {
    /** {@code ide} or {@code browser}; without it the chain ends with the developer tools. */
    public static final String DEVELOPER_SIGN_INS = "TOKEN_PROVIDER_DEVELOPER_SIGN_INS";

    private static final String SELECTION = "AZURE_TOKEN_CREDENTIALS";

    private final SourceContext context;

    public DefaultSources(SourceContext context) {
        this.context = context;
    }

    /**
     * Creates the sources that the variables ask for, in their order.
     *
     * @throws IllegalArgumentException if a variable has an impossible value
     */
    public List<TokenSource> createAll() {
        String selection = context.environment().get(SELECTION);
        if (selection == null) {
            return withSignIns(createDefault());
        }
        if (selection.equalsIgnoreCase("dev")) {
            return withSignIns(createTools());
        }
        if (selection.equalsIgnoreCase("prod")) {
            return createDeployed();
        }
        return List.of(createSelected(selection));
    }

    private List<TokenSource> createDefault() {
        List<TokenSource> sources = new ArrayList<>();
        boolean hasMetadataService = false;
        for (SourceDescriptor known : SourceDescriptor.values()) {
            if (known.isTool() && !sources.isEmpty()) {
                sources.add(new LazyTokenSource(known, context));
            } else if (known.isTool() || known.isAnnounced(context)) {
                sources.add(known.create(context, true));
                hasMetadataService |= known == SourceDescriptor.IMDS;
            }
        }
        if (!hasMetadataService) {
            sources.add(new LazyTokenSource(SourceDescriptor.IMDS, context));
        }
        return sources;
    }

    private List<TokenSource> createTools() {
        List<TokenSource> sources = new ArrayList<>();
        for (SourceDescriptor known : SourceDescriptor.values()) {
            if (known.isTool()) {
                sources.add(new LazyTokenSource(known, context));
            }
        }
        return sources;
    }

    private List<TokenSource> createDeployed() {
        List<TokenSource> sources = new ArrayList<>();
        for (SourceDescriptor known : List.of(SourceDescriptor.ENVIRONMENT, SourceDescriptor.WORKLOAD_IDENTITY)) {
            if (known.isAnnounced(context)) {
                sources.add(known.create(context, true));
            }
        }
        SourceDescriptor managed = SourceDescriptor.IMDS;
        if (SourceDescriptor.MANAGED_IDENTITY_ENDPOINT.isAnnounced(context)) {
            managed = SourceDescriptor.MANAGED_IDENTITY_ENDPOINT;
        }
        sources.add(managed.create(context, SourceDescriptor.IMDS.isAnnounced(context)));
        return sources;
    }

    /**
     * Creates the source with this name of an Azure SDK credential, in upper or lower case. It is created even if
     * nothing announces it, and the metadata service is asked without a probe.
     */
    private TokenSource createSelected(String selection) {
        for (SourceDescriptor known : SourceDescriptor.values()) {
            if (selection.equalsIgnoreCase(known.credential())) {
                // Two constants have this name. The source asks whichever endpoint there is here.
                return known == SourceDescriptor.MANAGED_IDENTITY_ENDPOINT
                        ? SourceDescriptor.createManagedIdentity(context, null)
                        : known.create(context, true);
            }
        }
        if (selection.equalsIgnoreCase("VisualStudioCredential")) {
            throw invalidSelection(selection, "which is an Azure SDK credential that is not supported here");
        }
        if (selection.equalsIgnoreCase("BrokerCredential")) {
            throw invalidSelection(
                    selection,
                    "which is a sign-in of the Azure SDK: the program can add it as a TokenCredentialSource");
        }
        throw invalidSelection(selection, "which is not a known source");
    }

    private static IllegalArgumentException invalidSelection(String selection, String why) {
        Set<String> names = new LinkedHashSet<>();
        for (SourceDescriptor known : SourceDescriptor.values()) {
            if (known.credential() != null) {
                names.add(known.credential());
            }
        }
        String all = String.join(", ", names);
        int last = all.lastIndexOf(", ");
        return new IllegalArgumentException(SELECTION + " is " + Excerpt.of(selection, 60) + ", " + why
                + ". Set it to dev, prod, " + all.substring(0, last) + " or " + all.substring(last + 2) + ".");
    }

    /** Adds the sign-ins of azure-identity if a variable asks for them. They are loaded when they are asked. */
    private List<TokenSource> withSignIns(List<TokenSource> sources) {
        String setting = context.environment().get(DEVELOPER_SIGN_INS);
        if (setting == null) {
            return sources;
        }
        String wanted = setting.toLowerCase(Locale.ROOT);
        if (!wanted.equals("ide") && !wanted.equals("browser")) {
            throw new IllegalArgumentException(DEVELOPER_SIGN_INS + " is " + Excerpt.of(setting, 60)
                    + ", which is not a known value. Set it to ide or browser, or remove it.");
        }
        sources.add(new LazyTokenSource(SourceDescriptor.INTELLIJ, context));
        sources.add(new LazyTokenSource(SourceDescriptor.VISUAL_STUDIO_CODE, context));
        if (wanted.equals("browser")) {
            sources.add(new LazyTokenSource(SourceDescriptor.BROWSER, context));
        }
        return sources;
    }

    /**
     * A source whose classes are loaded only when it is asked, which never happens in most processes: a developer tool
     * that comes after other sources, or a metadata service that nothing announces.
     */
    static final class LazyTokenSource implements TokenSource, Anticipating {
        private final SourceDescriptor descriptor;
        private final SourceContext context;
        private volatile @Nullable TokenSource source;

        LazyTokenSource(SourceDescriptor descriptor, SourceContext context) {
            this.descriptor = descriptor;
            this.context = context;
        }

        @Override
        public String name() {
            return descriptor.label();
        }

        @Override
        public Outcome acquire(TokenRequest request) throws InterruptedException {
            return source().acquire(request);
        }

        @Override
        public @Nullable Object account() {
            return source().account();
        }

        /** Does nothing for a tool, which is checked fast enough when it is asked. */
        @Override
        public void anticipate() {
            if (!descriptor.isTool() && source() instanceof Anticipating later) {
                later.anticipate();
            }
        }

        @Override
        public boolean isEvident() {
            return source instanceof Anticipating later && later.isEvident();
        }

        @Override
        public void abandon() {
            if (source instanceof Anticipating later) {
                later.abandon();
            }
        }

        private synchronized TokenSource source() {
            TokenSource made = source;
            if (made == null) {
                made = descriptor.create(context, false);
                source = made;
            }
            return made;
        }
    }
}
