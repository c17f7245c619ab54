package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The default chain. The sources that environment variables announce come first. If a variable or the machine itself
 * shows that there is a metadata service, it is asked next. Otherwise the program probably runs on a laptop: the
 * developer tools are asked, and a probe for the metadata service runs at the same time.
 *
 * <p>A source that nothing announces is not even loaded. Tools that come after another source are loaded only when they
 * are asked.
 */
public final class DefaultSources {
    private final SourceContext context;

    public DefaultSources(SourceContext context) {
        this.context = context;
    }

    /**
     * The sources, in the order in which they are asked.
     *
     * @throws IllegalArgumentException if {@code AZURE_TOKEN_CREDENTIALS} does not name a known source, or the setting
     *     of the developer's sign-ins has an unknown value
     */
    public List<TokenSource> all() {
        String selection = context.environment().get(SelectedSources.VARIABLE);
        List<TokenSource> sources = selection == null ? unselected() : new SelectedSources(context).of(selection);
        String signIns = context.environment().get(DeveloperTail.VARIABLE);
        if (signIns != null && (selection == null || selection.equalsIgnoreCase("dev"))) {
            DeveloperTail.add(sources, signIns, context);
        }
        return sources;
    }

    private List<TokenSource> unselected() {
        List<TokenSource> sources = new ArrayList<>();
        boolean probing = false;
        for (SourceDescriptor known : SourceDescriptor.values()) {
            if (known.isTool()) {
                sources.add(sources.isEmpty() ? known.create(context, true) : new LazyTokenSource(known, context));
            } else if (known.isAnnounced(context)) {
                sources.add(known.create(context, true));
            } else {
                probing |= known == SourceDescriptor.IMDS;
            }
        }
        if (probing) {
            sources.add(new LazyTokenSource(SourceDescriptor.IMDS, context));
        }
        return sources;
    }
}
