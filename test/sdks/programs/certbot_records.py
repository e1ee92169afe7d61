"""Sets or removes the record of a challenge by certbot's plugin, as certbot does: python certbot_records.py perform|cleanup DOMAIN TOKEN"""

import argparse
import importlib.metadata
import sys

command, domain, token = sys.argv[1:]
(plugin,) = importlib.metadata.entry_points(group="certbot.plugins", name="dns-lightsail")
parser = argparse.ArgumentParser()
plugin.load().inject_parser_options(parser, plugin.name)
authenticator = plugin.load()(parser.parse_args([]), plugin.name)
authenticator._setup_credentials()
act = {"perform": authenticator._perform, "cleanup": authenticator._cleanup}[command]
act(domain, f"_acme-challenge.{domain}", token)
print(token)
