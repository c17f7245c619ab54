package io.podidentity.demo;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings {@code demo.*}.
 *
 * @param resource what the token is for
 * @param storage where the blobs are
 * @param revealToken whether {@code GET /api/token} answers with the token itself; for trying things out only
 */
@ConfigurationProperties("demo")
public record DemoProperties(
        @DefaultValue("https://storage.azure.com") String resource,
        @DefaultValue Storage storage,
        @DefaultValue("false") boolean revealToken) {

    /**
     * Where the blobs are.
     *
     * @param endpoint the blob endpoint of a storage account, such as {@code https://ACCOUNT.blob.core.windows.net};
     *     blank when the demo shows the identity alone
     * @param container the container whose blobs are shown
     * @param sslBundle the name of an SSL bundle ({@code spring.ssl.bundle.*}) with the authority that signed the
     *     endpoint's certificate; null for those that the JDK trusts
     */
    public record Storage(
            @DefaultValue("") String endpoint,
            @DefaultValue("samples") String container,
            @Nullable String sslBundle) {}
}
