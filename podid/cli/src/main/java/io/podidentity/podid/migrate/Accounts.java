// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.migrate.AccountMove.How;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds service accounts for pods: one account names one client ID by default, so pods of one account with different
 * identities need different accounts. The account {@code default} is never used, as each pod without one runs as it.
 */
final class Accounts {

    private static final String DEFAULT = "default";

    /** Of namespaces, and of each part of a name that becomes one of a service account. */
    private static final Pattern DNS = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    private final RuleContext context;
    private final Map<ObjectName, AccountMove> accounts = new LinkedHashMap<>();
    private final Map<ObjectName, String> clients = new HashMap<>();
    private final Map<ObjectName, ObjectName> accountOf = new HashMap<>();
    private final List<PodMove> moves;

    Accounts(RuleContext context, List<PodMove> wanted) {
        this.context = context;
        Map<ObjectName, Map<String, List<PodMove>>> groups = new TreeMap<>();
        for (PodMove move : wanted) {
            groups.computeIfAbsent(move.account(), account -> new LinkedHashMap<>())
                    .computeIfAbsent(client(move), client -> new ArrayList<>())
                    .add(move);
        }
        groups.forEach(this::settle);
        this.moves = wanted.stream()
                .map(move -> move.as(accountOf.getOrDefault(move.source().pod().name(), move.account())))
                .toList();
    }

    List<PodMove> moves() {
        return moves;
    }

    List<AccountMove> accounts() {
        return List.copyOf(accounts.values());
    }

    static boolean isName(String text) {
        return text.length() <= 253 && DNS.matcher(text).matches();
    }

    private static String client(PodMove move) {
        return move.identity().key() + " " + move.identity().tenantId().toLowerCase(Locale.ROOT);
    }

    private void settle(ObjectName account, Map<String, List<PodMove>> byClient) {
        Optional<ServiceAccount> present = context.cluster().serviceAccount(account);
        String named = present.map(one -> one.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""))
                .orElse("")
                .toLowerCase(Locale.ROOT);
        Optional<String> keeper = byClient.entrySet().stream()
                .filter(entry -> named.isEmpty() || entry.getKey().startsWith(named + " "))
                .filter(entry -> !account.name().equals(DEFAULT) && isName(account.name()))
                .max(Comparator.comparingInt(entry -> entry.getValue().size()))
                .map(Map.Entry::getKey);
        byClient.forEach((client, pods) -> {
            boolean keeps = keeper.filter(client::equals).isPresent();
            ObjectName name = keeps ? account : name(account, pods.get(0), client);
            How how = !keeps ? How.CREATE : present.isPresent() ? How.ANNOTATE : How.DEFINE;
            accounts.putIfAbsent(name, move(name, pods.get(0), how, account));
            clients.put(name, client);
            pods.forEach(pod -> accountOf.put(pod.source().pod().name(), name));
        });
    }

    /** After the identity; of an account that is split, with its own name before that. */
    private ObjectName name(ObjectName account, PodMove pod, String client) {
        String identity = pod.identity().identity().name().name();
        String plain = (account.name().equals(DEFAULT) ? "" : account.name() + "-")
                + (isName(identity) ? identity : "identity");
        String base = plain.length() > 240 ? plain.substring(0, 240) : plain;
        for (int i = 1; ; i++) {
            var name = new ObjectName(account.namespace(), i == 1 ? base : base + "-" + i);
            boolean taken = context.cluster().serviceAccount(name).isPresent()
                    || name.name().equals(DEFAULT)
                    || !client.equals(clients.getOrDefault(name, client));
            if (!taken) {
                return name;
            }
        }
    }

    private AccountMove move(ObjectName name, PodMove pod, How how, ObjectName insteadOf) {
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(Keys.CLIENT_ID, pod.identity().clientId());
        if (!pod.identity().tenantId().isEmpty()) {
            annotations.put(Keys.TENANT_ID, pod.identity().tenantId());
        }
        boolean isNew = how == How.CREATE;
        return new AccountMove(
                name,
                annotations,
                how,
                insteadOf,
                isNew ? pullSecrets(insteadOf) : List.of(),
                isNew ? roleBindings(insteadOf) : List.of());
    }

    private List<String> pullSecrets(ObjectName account) {
        return context.cluster().serviceAccount(account).map(context::location).stream()
                .flatMap(location -> location.at("imagePullSecrets").items().stream())
                .map(item -> item.at("name").text())
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private List<String> roleBindings(ObjectName account) {
        return Stream.of("RoleBinding", "ClusterRoleBinding")
                .flatMap(kind -> context.kind(kind).stream())
                .filter(binding -> binding.at("subjects").items().stream().anyMatch(subject -> names(subject, account)))
                .map(binding -> binding.object() + " (" + binding.position() + ")")
                .toList();
    }

    private static boolean names(FieldLocation subject, ObjectName account) {
        String namespace = subject.at("namespace").text();
        return subject.at("kind").text().equals("ServiceAccount")
                && subject.at("name").text().equals(account.name())
                && (namespace.isEmpty() || namespace.equals(account.namespace()));
    }
}
