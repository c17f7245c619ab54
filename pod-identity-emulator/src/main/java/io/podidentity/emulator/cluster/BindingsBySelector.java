package io.podidentity.emulator.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds bindings by their selector; made of them when first asked. Thread-safe: at worst it is made twice. */
final class BindingsBySelector {

    static final BindingsBySelector NONE = new BindingsBySelector(Map.of());

    private final Map<ObjectName, KubernetesObject> bindings;
    private volatile @Nullable Map<String, List<AzureIdentityBinding>> bySelector;

    BindingsBySelector(Map<ObjectName, KubernetesObject> bindings) {
        this.bindings = bindings;
    }

    /** Whether these are the very same bindings, which nobody changes. */
    @SuppressWarnings("ReferenceEquality")
    boolean isOf(Map<ObjectName, KubernetesObject> others) {
        return bindings == others;
    }

    List<AzureIdentityBinding> of(String selector) {
        Map<String, List<AzureIdentityBinding>> made = bySelector;
        if (made == null) {
            made = make();
            bySelector = made;
        }
        return made.getOrDefault(selector, List.of());
    }

    private Map<String, List<AzureIdentityBinding>> make() {
        Map<String, List<AzureIdentityBinding>> made = new HashMap<>();
        for (KubernetesObject object : bindings.values()) {
            var binding = (AzureIdentityBinding) object;
            made.computeIfAbsent(binding.selector(), selector -> new ArrayList<>())
                    .add(binding);
        }
        made.replaceAll((selector, list) -> List.copyOf(list));
        return made;
    }
}
