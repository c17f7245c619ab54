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
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Assigns service accounts to pods. One account names one client ID by default, so pods of one account with different
 * identities need different accounts. The account {@code default} is never used, as each pod without one runs as it.
 * Not thread-safe.
 */
final class AccountAssigner {

    private static final String DEFAULT = "default";

    /** What Kubernetes takes as the name of a service account. The name of a namespace has no dots. */
    private static final Pattern DNS_NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    /** Kubernetes allows 253 characters. */
    private static final int MAX_NAME = 253;

    /** Leaves room for a number, which tells a new account from those that have its name already. */
    private static final int MAX_NAME_BEFORE_NUMBER = 240;

    private final RuleContext context;

    /** Also those of pods that stay, and those that no manifest defines. */
    private final Set<ObjectName> accountsOfPods;

    private final Map<ObjectName, AccountMove> moves = new LinkedHashMap<>();
    private final Map<ObjectName, Client> clients = new HashMap<>();
    private final Map<ObjectName, ObjectName> accountsByPod = new HashMap<>();

    /** The pods with their accounts, and what becomes of these accounts. */
    record Assignment(List<PodMove> pods, List<AccountMove> accounts) {}

    /**
     * The client that the annotations of an account name, in lower case.
     *
     * @param tenantId empty for a managed identity
     */
    private record Client(String clientId, String tenantId) {

        static Client usedBy(PodMove pod) {
            return new Client(pod.identity().key(), pod.identity().tenantId().toLowerCase(Locale.ROOT));
        }
    }

    private AccountAssigner(RuleContext context) {
        this.context = context;
        this.accountsOfPods = context.pods().stream()
                .map(pod -> new ObjectName(pod.namespace(), pod.serviceAccount()))
                .collect(Collectors.toUnmodifiableSet());
    }

    static Assignment assign(RuleContext context, List<PodMove> pods) {
        var assigner = new AccountAssigner(context);
        Map<ObjectName, Map<Client, List<PodMove>>> groups = groupByAccount(pods);
        // What a later group keeps must be known before a new account gets a name.
        groups.forEach(assigner::keepAccount);
        groups.forEach(assigner::replaceAccount);
        List<PodMove> withAccounts = pods.stream().map(assigner::withAccount).toList();
        return new Assignment(withAccounts, List.copyOf(assigner.moves.values()));
    }

    static boolean isDnsName(String text) {
        return text.length() <= MAX_NAME && DNS_NAME.matcher(text).matches();
    }

    private PodMove withAccount(PodMove pod) {
        return pod.withAccount(accountsByPod.getOrDefault(pod.source().pod().name(), pod.account()));
    }

    private static Map<ObjectName, Map<Client, List<PodMove>>> groupByAccount(List<PodMove> pods) {
        // Accounts are in the order of their names, and the clients of one account in the order of the files.
        Map<ObjectName, Map<Client, List<PodMove>>> groups = new TreeMap<>();
        for (PodMove pod : pods) {
            groups.computeIfAbsent(pod.account(), account -> new LinkedHashMap<>())
                    .computeIfAbsent(Client.usedBy(pod), client -> new ArrayList<>())
                    .add(pod);
        }
        return groups;
    }

    private void keepAccount(ObjectName account, Map<Client, List<PodMove>> podsByClient) {
        findKeeper(account, podsByClient).ifPresent(keeper -> {
            List<PodMove> pods = podsByClient.getOrDefault(keeper, List.of());
            assignPods(account, keeper, pods, planKept(account, pods.get(0)));
        });
    }

    /** Gives new accounts to the pods of each client but the one that keeps the account. */
    private void replaceAccount(ObjectName account, Map<Client, List<PodMove>> podsByClient) {
        Optional<Client> keeper = Optional.ofNullable(clients.get(account));
        podsByClient.forEach((client, pods) -> {
            if (keeper.filter(client::equals).isEmpty()) {
                ObjectName name = findFreeName(account, pods.get(0), client);
                assignPods(name, client, pods, planNew(name, pods.get(0), account));
            }
        });
    }

    private void assignPods(ObjectName account, Client client, List<PodMove> pods, AccountMove move) {
        moves.putIfAbsent(account, move);
        clients.put(account, client);
        for (PodMove pod : pods) {
            accountsByPod.put(pod.source().pod().name(), account);
        }
    }

    /**
     * Finds the client whose pods keep the account: the client that the account names already. If the account names
     * none, it is the client with the most pods, so that few pods get another account.
     */
    private Optional<Client> findKeeper(ObjectName account, Map<Client, List<PodMove>> podsByClient) {
        if (account.name().equals(DEFAULT) || !isDnsName(account.name())) {
            return Optional.empty();
        }
        String annotated = findDefined(account)
                .map(defined -> defined.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""))
                .orElse("")
                .toLowerCase(Locale.ROOT);
        return podsByClient.entrySet().stream()
                .filter(group ->
                        annotated.isEmpty() || group.getKey().clientId().equals(annotated))
                .max(Comparator.comparingInt(group -> group.getValue().size()))
                .map(Map.Entry::getKey);
    }

    private Optional<ServiceAccount> findDefined(ObjectName account) {
        return context.cluster().serviceAccount(account);
    }

    /** Finds a name after the identity. If the pods leave an account of their own, the name begins with its name. */
    private ObjectName findFreeName(ObjectName account, PodMove pod, Client client) {
        String base = composeBaseName(account, pod);
        for (int number = 1; ; number++) {
            String name = number == 1 ? base : base + "-" + number;
            var candidate = new ObjectName(account.namespace(), name);
            if (isFree(candidate, client)) {
                return candidate;
            }
        }
    }

    private static String composeBaseName(ObjectName account, PodMove pod) {
        String prefix = account.name().equals(DEFAULT) ? "" : account.name() + "-";
        String identity = pod.identity().identity().name().name();
        String name = prefix + (isDnsName(identity) ? identity : "identity");
        return name.substring(0, Math.min(name.length(), MAX_NAME_BEFORE_NUMBER));
    }

    /** Whether no account has the name that a manifest defines or a pod names, or this run gives it to the client. */
    private boolean isFree(ObjectName account, Client client) {
        if (account.name().equals(DEFAULT) || findDefined(account).isPresent()) {
            return false;
        }
        Client assigned = clients.get(account);
        return assigned == null ? !accountsOfPods.contains(account) : assigned.equals(client);
    }

    private AccountMove planKept(ObjectName account, PodMove pod) {
        How how = findDefined(account).isPresent() ? How.ANNOTATE : How.DEFINE;
        return new AccountMove(account, listAnnotations(pod), how, account, List.of(), List.of());
    }

    private AccountMove planNew(ObjectName name, PodMove pod, ObjectName insteadOf) {
        return new AccountMove(
                name,
                listAnnotations(pod),
                How.CREATE,
                insteadOf,
                findPullSecrets(insteadOf),
                findRoleBindings(insteadOf));
    }

    private static Map<String, String> listAnnotations(PodMove pod) {
        MovedIdentity identity = pod.identity();
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(Keys.CLIENT_ID, identity.clientId());
        if (!identity.tenantId().isEmpty()) {
            annotations.put(Keys.TENANT_ID, identity.tenantId());
        }
        return annotations;
    }

    /** A new account needs these too, or the node cannot pull the images of the pods. */
    private List<String> findPullSecrets(ObjectName account) {
        return findDefined(account).map(context::location).stream()
                .flatMap(location -> location.at("imagePullSecrets").items().stream())
                .map(item -> item.at("name").text())
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** Whoever applies the files has to add the new account to these, since podid gives no rights in Kubernetes. */
    private List<String> findRoleBindings(ObjectName account) {
        return Stream.of("RoleBinding", "ClusterRoleBinding")
                .flatMap(kind -> context.objectsOfKind(kind).stream())
                .filter(binding -> hasSubject(binding, account))
                .map(binding -> binding.object() + " (" + binding.position() + ")")
                .toList();
    }

    private static boolean hasSubject(FieldLocation binding, ObjectName account) {
        return binding.at("subjects").items().stream().anyMatch(subject -> namesAccount(subject, account));
    }

    private static boolean namesAccount(FieldLocation subject, ObjectName account) {
        String namespace = subject.at("namespace").text();
        boolean isInNamespace = namespace.isEmpty() || namespace.equals(account.namespace());
        return isInNamespace
                && subject.at("kind").text().equals("ServiceAccount")
                && subject.at("name").text().equals(account.name());
    }
}
