package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.util.List;
import java.util.Locale;

/** The sign-ins of azure-identity at the end of a chain, where the program or a developer asks for them. */
public final class DeveloperTail {
    /** {@code ide} or {@code browser}; without it there is no tail. */
    public static final String VARIABLE = "TOKEN_PROVIDER_DEVELOPER_SIGN_INS";

    private DeveloperTail() {}

    /**
     * Adds them. They are loaded when they are asked.
     *
     * @param setting {@code ide} for those that need no hand, {@code browser} for a window of a browser after them
     * @throws IllegalArgumentException if it is neither
     */
    static void add(List<TokenSource> sources, String setting, SourceContext context) {
        String wanted = setting.toLowerCase(Locale.ROOT);
        if (!wanted.equals("ide") && !wanted.equals("browser")) {
            throw new IllegalArgumentException(VARIABLE + " is " + Excerpt.of(setting, 60)
                    + ", which is not a known value. Set it to ide or browser, or remove it.");
        }
        sources.add(new LazyTokenSource(SourceDescriptor.INTELLIJ, context));
        sources.add(new LazyTokenSource(SourceDescriptor.VISUAL_STUDIO_CODE, context));
        if (wanted.equals("browser")) {
            sources.add(new LazyTokenSource(SourceDescriptor.BROWSER, context));
        }
    }
}
