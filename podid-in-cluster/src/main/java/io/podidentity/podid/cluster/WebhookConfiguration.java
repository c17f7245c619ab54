package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.podidentity.emulator.tls.CertificateAuthority;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;

/** Tells the API server whom to trust when it asks the webhook, again whenever somebody writes something else. */
final class WebhookConfiguration implements ResourceEventHandler<MutatingWebhookConfiguration> {

    private final KubernetesClient client;
    private final String bundle;
    private final Consumer<String> log;

    WebhookConfiguration(KubernetesClient client, CertificateAuthority authority, Consumer<String> log) {
        this.client = client;
        this.bundle = Base64.getEncoder().encodeToString(authority.pem().getBytes(StandardCharsets.US_ASCII));
        this.log = log;
    }

    /** Corrects the configuration, and follows it until the client is closed. */
    void keep() {
        var unused = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(KubernetesCluster.NAME)
                .inform(this);
    }

    @Override
    public void onAdd(MutatingWebhookConfiguration added) {
        boolean right = added.getWebhooks().stream()
                .allMatch(one -> bundle.equals(one.getClientConfig().getCaBundle()));
        if (!right) {
            client.resource(added).edit(present -> {
                var changed = new MutatingWebhookConfigurationBuilder(present).build();
                changed.getWebhooks().forEach(one -> one.getClientConfig().setCaBundle(bundle));
                return changed;
            });
            log.accept("the API server trusts the webhook");
        }
    }

    @Override
    public void onUpdate(MutatingWebhookConfiguration before, MutatingWebhookConfiguration after) {
        onAdd(after);
    }

    @Override
    public void onDelete(MutatingWebhookConfiguration deleted, boolean stateUnknown) {
        log.accept("the webhook's configuration is deleted: pods get no identity until it is applied again");
    }
}
