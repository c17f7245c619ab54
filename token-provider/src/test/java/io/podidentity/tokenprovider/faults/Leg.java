// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.CertificateFile;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource.KeyVaultSecret;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.FakeVault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;

/** Each way to a token by HTTP, and what stands at its other end when all is well. */
enum Leg {
    IMDS("IMDS", false),
    APP_SERVICE("App Service", false),
    OLD_APP_SERVICE("App Service (2017)", false),
    CLOUD_SHELL("Cloud Shell", false),
    AZURE_ML("Azure ML", false),
    AZURE_ARC("Azure Arc", false),
    SERVICE_FABRIC("Service Fabric", true),
    WORKLOAD_IDENTITY("Workload identity", true),
    IDENTITY_BINDING("Identity binding", true),
    CLIENT_SECRET("Client secret", true),
    CLIENT_CERTIFICATE("Client certificate", true),
    CLIENT_ASSERTION("Client assertion", true),
    KEY_VAULT("Key Vault", true);

    private static final String SECRET = "s3cr3t-0f-the-client";
    /** What an identity binding's proxy goes by. */
    private static final String PROXY = "proxy.cluster.example";

    private static final String VAULT = "myvault.vault.azure.net";
    private static final String ARC_KEY = "/var/opt/azcmagent/tokens/a.key";
    private static final ClientCertificate APPLICATION = Certificates.rsa("CN=app");

    private final String title;
    final boolean tls;

    Leg(String title, boolean tls) {
        this.title = title;
        this.tls = tls;
    }

    /** As the document calls it. */
    String title() {
        return title;
    }

    /** What it proves itself by; empty if by nothing that could be shown. */
    String secret() {
        return switch (this) {
            case IMDS, CLOUD_SHELL, CLIENT_CERTIFICATE, KEY_VAULT -> "";
            default -> SECRET;
        };
    }

    /** A part of the key that the certificate's leg signs with, as its file has it. */
    static String privateKey() {
        String base64 = Base64.getEncoder().encodeToString(APPLICATION.key().getEncoded());
        return base64.substring(200, 248);
    }

    /** Whether each build runs it: one without TLS, one with. */
    boolean standsForAll() {
        return this == IMDS || this == WORKLOAD_IDENTITY;
    }

    /** Whether what is between it and the transport is run by no other: those that CI runs. */
    boolean standsForOthers() {
        return switch (this) {
            case IMDS, APP_SERVICE, AZURE_ARC, SERVICE_FABRIC, WORKLOAD_IDENTITY -> true;
            default -> false;
        };
    }

    boolean isShownIn(String text) {
        return !secret().isEmpty() && text.contains(secret());
    }

    /** Whether Entra ID answers, directly or by a proxy: it says for how long a token is good, and not until when. */
    boolean isEntra() {
        return switch (this) {
            case WORKLOAD_IDENTITY, IDENTITY_BINDING, CLIENT_SECRET, CLIENT_CERTIFICATE, CLIENT_ASSERTION, KEY_VAULT ->
                true;
            default -> false;
        };
    }

    /** The certificate that its server shows, and the authority that signed it. */
    ClientCertificate certificate(Instant until) {
        return Certificates.signedServer(this == IDENTITY_BINDING ? PROXY : VAULT, Certificates.FROM, until);
    }

    /** What is to be answered before the answer that matters; null if this request is the one. */
    String prelude(String request) {
        boolean proved = request.contains("\nAuthorization: ");
        return switch (this) {
            case AZURE_ARC ->
                proved ? null : "HTTP/1.1 401 x\r\nWWW-Authenticate: Basic realm=" + ARC_KEY + Fault.end("");
            case KEY_VAULT -> {
                if (!request.contains("/secrets/")) {
                    yield null;
                }
                yield proved
                        ? "HTTP/1.1 200 x" + Fault.end(FakeVault.secret(APPLICATION))
                        : "HTTP/1.1 401 x\r\nWWW-Authenticate: " + FakeVault.CHALLENGE + Fault.end("");
            }
            default -> null;
        };
    }

    /**
     * The source, of a server.
     *
     * @param context with no variables yet
     * @param folder one for its files, empty at first
     * @param shown the server's certificate
     */
    TokenSource source(SourceContext context, String url, Path folder, ClientCertificate shown)
            throws IOException, GeneralSecurityException {
        Path assertion = Files.writeString(folder.resolve("assertion"), SECRET);
        Environment none = Environment.of(Map.of());
        Environment federated = none.with("AZURE_TENANT_ID", "t")
                .with("AZURE_CLIENT_ID", "c")
                .with("AZURE_FEDERATED_TOKEN_FILE", assertion.toString());
        return switch (this) {
            case IMDS ->
                new ImdsTokenSource(context.with(none.with("AZURE_POD_IDENTITY_AUTHORITY_HOST", url)), false, null);
            case APP_SERVICE ->
                host(context, none.with("IDENTITY_ENDPOINT", url + "/msi").with("IDENTITY_HEADER", SECRET));
            case OLD_APP_SERVICE ->
                host(
                        context,
                        none.with("MSI_ENDPOINT", url + "/msi")
                                .with("MSI_SECRET", SECRET)
                                .with("WEBSITE_SITE_NAME", "s"));
            case CLOUD_SHELL -> host(context, none.with("MSI_ENDPOINT", url + "/msi"));
            case AZURE_ML ->
                host(context, none.with("MSI_ENDPOINT", url + "/msi").with("MSI_SECRET", SECRET));
            case AZURE_ARC -> {
                Path key = Path.of(folder.toString(), ARC_KEY);
                Files.createDirectories(key.getParent());
                Files.writeString(key, SECRET);
                yield host(context, none.with("IDENTITY_ENDPOINT", url + "/msi").with("IMDS_ENDPOINT", url));
            }
            case SERVICE_FABRIC ->
                host(
                        context,
                        none.with("IDENTITY_ENDPOINT", url + "/msi")
                                .with("IDENTITY_HEADER", SECRET)
                                .with("IDENTITY_SERVER_THUMBPRINT", thumbprint(shown)));
            case WORKLOAD_IDENTITY ->
                new WorkloadIdentityTokenSource(context.with(federated.with("AZURE_AUTHORITY_HOST", url)), false);
            case IDENTITY_BINDING ->
                new WorkloadIdentityTokenSource(
                        context.with(federated
                                .with("AZURE_KUBERNETES_TOKEN_PROXY", url + "/")
                                .with("AZURE_KUBERNETES_SNI_NAME", PROXY)
                                .with("AZURE_KUBERNETES_CA_DATA", Certificates.pem(authority(shown)))),
                        true);
            case CLIENT_SECRET -> entra(context, url, new ClientSecret(new Secret(SECRET)));
            case CLIENT_CERTIFICATE -> {
                Path pem = Files.writeString(
                        folder.resolve("certificate.pem"),
                        Certificates.pem(APPLICATION.key()) + Certificates.pem(APPLICATION.leaf()));
                yield entra(context, url, new CertificateFile(pem.toString(), "the certificate", null, true));
            }
            case CLIENT_ASSERTION -> entra(context, url, new ClientAssertion(ClientAssertion.suppliedBy(() -> SECRET)));
            case KEY_VAULT -> {
                TokenSource tokens = request -> new TokenSource.Acquired(
                        AccessToken.bearer(SECRET, request.resource(), Instant.MAX, null, "test"));
                String secret = url.replace("127.0.0.1", VAULT) + "/secrets/c";
                yield new KeyVaultTokenSource(
                        client(context, url), null, "c", new KeyVaultSecret(secret, tokens, context));
            }
        };
    }

    /** Who signed a server's certificate. */
    static X509Certificate authority(ClientCertificate server) {
        return server.chain().get(server.chain().size() - 1);
    }

    private static TokenSource host(SourceContext context, Environment environment) {
        return SourceDescriptor.createEndpoint(
                new SourceContext(environment, context.root(), context.http(), context.time()), null);
    }

    private TokenSource entra(SourceContext context, String url, EntraCredential credential) {
        return new EntraTokenSource(title, client(context, url), EntraTenants.allowAny("t"), "c", credential);
    }

    private static EntraClient client(SourceContext context, String url) {
        return new EntraClient(EntraAuthority.of(url, "none"), null, context.http(), context.time());
    }

    private static String thumbprint(ClientCertificate certificate) throws GeneralSecurityException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-1")
                        .digest(certificate.leaf().getEncoded()));
    }
}
