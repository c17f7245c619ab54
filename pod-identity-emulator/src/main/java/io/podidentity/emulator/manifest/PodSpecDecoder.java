package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.Container.VolumeMount;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Volume;
import io.podidentity.emulator.cluster.Volume.TokenProjection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decodes what a pod is made of. */
final class PodSpecDecoder {

    private PodSpecDecoder() {}

    static PodSpec decode(Fields spec) {
        String account = spec.string("serviceAccountName");
        String node = spec.string("nodeName");
        return new PodSpec(
                account.isEmpty() ? spec.string("serviceAccount") : account,
                spec.bool("hostNetwork"),
                node.isEmpty() ? PodSpec.NODE : node,
                spec.objects("initContainers", PodSpecDecoder::container),
                spec.objects("containers", PodSpecDecoder::container),
                spec.objects("volumes", PodSpecDecoder::volume));
    }

    private static Container container(Fields container) {
        return new Container(
                container.string("name"),
                container.string("image"),
                container.strings("command"),
                container.strings("args"),
                container.objects("env", PodSpecDecoder::variable),
                container.objects("volumeMounts", PodSpecDecoder::mount),
                container.string("restartPolicy"),
                Map.of());
    }

    private static EnvironmentVariable variable(Fields variable) {
        return new EnvironmentVariable(
                variable.string("name"), variable.has("valueFrom") ? null : variable.string("value"));
    }

    private static VolumeMount mount(Fields mount) {
        return new VolumeMount(mount.string("name"), mount.string("mountPath"), mount.bool("readOnly"));
    }

    private static Volume volume(Fields volume) {
        List<TokenProjection> tokens = volume.object("projected").objects("sources", PodSpecDecoder::token).stream()
                .filter(token -> !token.path().isEmpty())
                .toList();
        return new Volume(volume.string("name"), first(tokens), "");
    }

    private static @Nullable TokenProjection first(List<TokenProjection> tokens) {
        return tokens.isEmpty() ? null : tokens.get(0);
    }

    private static TokenProjection token(Fields source) {
        Fields token = source.object("serviceAccountToken");
        return new TokenProjection(
                token.string("path"), token.string("audience"), token.integer("expirationSeconds", 3600));
    }
}
