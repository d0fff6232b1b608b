import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** One Elasticsearch node, `EsNode HOME SETTING=VALUE…`, which ends when its standard input does. */
public final class EsNode {
  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]).toAbsolutePath();
    Settings.Builder given = Settings.builder().put("path.home", home.toString());
    for (int i = 1; i < args.length; i++) {
      String[] pair = args[i].split("=", 2);
      given.put(pair[0], pair[1]);
    }
    Settings settings = given.build();
    String name = settings.get("node.name");
    LogConfigurator.setNodeName(name);
    LogConfigurator.configureESLogging(); // without it, no node starts
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> name);
    // The last argument leaves out module layers, which a home made of published jars doesn't have.
    PluginsLoader plugins =
        PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(environment.modulesDir()), Set.of(), Map.of(), false);
    Node node = new Node(environment, plugins);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    while (System.in.read() >= 0) {}
    System.exit(0);
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (Exception failed) {
      failed.printStackTrace();
    }
  }
}
