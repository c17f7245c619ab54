// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.azure;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import org.jspecify.annotations.Nullable;

/**
 * A sign-in of a developer that only {@code com.azure:azure-identity} knows, as a source. Without that library on the
 * class path the source does not apply, and says what to add.
 *
 * <p>The default chain asks them last if the builder's {@code developerSignIns}, or the variable {@code
 * TOKEN_PROVIDER_DEVELOPER_SIGN_INS}, says so.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class DeveloperSignIn implements TokenSource {
    private static final String ADD = "Add com.azure:azure-identity to the class path.";

    private final String name;
    private final String remedy;
    private final @Nullable String authorityHost;
    /** Made when first asked: nothing of the Azure SDK is loaded before. */
    private @Nullable TokenSource source;

    private DeveloperSignIn(String name, String remedy, @Nullable String authorityHost) {
        this.name = name;
        this.remedy = remedy;
        this.authorityHost = authorityHost;
    }

    /** {@return the account of the Azure Toolkit for IntelliJ, as a source named {@code IntelliJ}} */
    public static DeveloperSignIn intelliJ() {
        return new DeveloperSignIn(IdentityCredentials.INTELLIJ, "Sign in with the Azure Toolkit for IntelliJ.", null);
    }

    /**
     * The account of Visual Studio Code's Azure Resources extension, which needs {@code
     * com.azure:azure-identity-broker} too.
     *
     * @return a source named {@code Visual Studio Code}
     */
    public static DeveloperSignIn visualStudioCode() {
        return new DeveloperSignIn(
                IdentityCredentials.VISUAL_STUDIO_CODE,
                "Add com.azure:azure-identity-broker, and sign in to Azure in Visual Studio Code.",
                null);
    }

    /**
     * Whoever signs in to the browser window that is opened for it. The window is waited for until the deadline.
     *
     * @return a source named {@code Browser}
     */
    public static DeveloperSignIn browser() {
        return new DeveloperSignIn(
                IdentityCredentials.BROWSER, "Sign in to the window, and allow a longer deadline.", null);
    }

    /**
     * Asks the Entra ID of another cloud.
     *
     * @param url its https URL; null for that of the process's {@code AZURE_AUTHORITY_HOST}
     * @return another source of the same name
     */
    public DeveloperSignIn withAuthorityHost(@Nullable String url) {
        return new DeveloperSignIn(name, remedy, url);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        try {
            Outcome outcome = source().acquire(request);
            if (outcome instanceof Unavailable unavailable
                    && unavailable.remedy().isEmpty()) {
                return new Unavailable(unavailable.reason(), remedy);
            }
            return outcome;
        } catch (LinkageError e) {
            return new Unavailable("a class of azure-identity, or one that it needs, is missing", ADD);
        } catch (TokenAcquisitionException e) {
            if (e.code() == Code.INVALID_CONFIGURATION) {
                // It has not asked Entra ID: the next one may.
                return new Unavailable(e.reason(), remedy);
            }
            throw e;
        } catch (RuntimeException e) {
            // Of its builder, such as about a setting of the Azure SDK's own.
            return new Unavailable("azure-identity threw " + e.getClass().getName(), remedy);
        }
    }

    private synchronized TokenSource source() {
        if (source == null) {
            source = IdentityCredentials.source(name, authorityHost);
        }
        return requireNonNull(source);
    }
}
